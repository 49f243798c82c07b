package browser

import (
	"testing"

	"github.com/bytepass/bytepass/test/serve"
)

// newBadLine starts a server whose store the browser reaches through a line
// that can be made bad. The URLs name the store, and their signature binds that
// name: so it is the browser that is told to go through the line.
func newBadLine(t *testing.T) (*world, *Line) {
	t.Helper()
	store := serve.Address(t)
	server := serve.Run(t, "--s3-listen", store)
	l := NewLine(t, store)
	return &world{Start(t, resolve("MAP "+store+" "+l.Address())), server}, l
}

func TestBadLine(t *testing.T) {
	t.Parallel()
	w, l := newBadLine(t)
	BadLine(t, w.Browser, w.target(), l, func(t *testing.T) func(*testing.T) {
		if err := w.server.Kill(); err != nil {
			t.Fatal(err)
		}
		return func(t *testing.T) {
			if err := w.server.Restart(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
