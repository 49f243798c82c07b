package transfer

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/runtime/transfer"
)

// TestToldWhatIsUnderWay: who sends a file is told how far it is read before
// anything is sent, how much is there then, and why something is tried again.
func TestToldWhatIsUnderWay(t *testing.T) {
	r := newRig(t)
	const size = 3*partSize + 1
	r.file("large", size)
	var refused atomic.Bool
	r.count.refuseIf(func(req *http.Request) bool { return req.Host != r.count.api && refused.CompareAndSwap(false, true) })
	var mu sync.Mutex
	var checked, done int64
	var why []string
	retry := client.Retry{Waiting: func(err error) {
		mu.Lock()
		defer mu.Unlock()
		why = append(why, err.Error())
	}}
	api, err := client.New(client.Config{BaseURL: r.URL, Retry: retry})
	if err != nil {
		t.Fatal(err)
	}
	proxy := &url.URL{Scheme: "http", Host: r.count.address}
	engine := transfer.New(transfer.Config{API: api, Store: transfer.NewStoreClient(proxy, 1), Retry: retry})
	_, err = engine.Put(t.Context(), filepath.Join(r.folder, "large"), transfer.Put{
		Key: "k",
		Checking: func(delta int64) {
			checked += delta
			if done != 0 {
				t.Error("it is checked when sending has begun")
			}
		},
		Progress: func(delta int64) {
			mu.Lock()
			defer mu.Unlock()
			done += delta
		},
	})
	if err != nil || checked != size || done != size {
		t.Errorf("%d bytes were checked and %d are there, of %d: %v", checked, done, size, err)
	}
	if len(why) != 1 || !strings.Contains(why[0], "refuses the signed URL") {
		t.Errorf("it is tried again because of %q", why)
	}
	for _, w := range why {
		r.noSecrets(w)
	}
}
