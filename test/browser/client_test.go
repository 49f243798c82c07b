package browser

import "testing"

func TestClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	Client(t, w.Browser, w.target())
}
