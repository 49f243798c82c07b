package browser

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
)

func reload(t *testing.T, w *Browser, g Target) {
	const key = "client/reloaded.bin"
	b := random(t, "reloaded.bin", large, 8)
	c := newClient(t, w, g, "{ parallel: 1 }")
	c.start(key, b, "{ at(sent) { if (sent > 12582912) upload.pause(); } }")
	c.until("upload.state === 'paused'")
	c.do(chromedp.Reload())
	c.load("{ parallel: 1 }")
	if got := eval[string](c.tab, "files.interrupted().then(([{ key, name, size }]) => [key, name, size].join())"); got != fmt.Sprintf("%s,reloaded.bin,%d", key, large) {
		t.Errorf("the browser remembers %s", got)
	}
	c.start(key, b, "{}")
	c.arrives(t, key, b)
	c.sentTheRest(t)
	if !eval[bool](c.tab, "log.states.includes('checking')") {
		t.Error("what has arrived was not checked")
	}
	if n := eval[int](c.tab, "files.interrupted().then((list) => list.length)"); n != 0 {
		t.Errorf("the browser still remembers %d uploads", n)
	}
	c.clean()
}

// sentTheRest checks that a file whose second part was under way was gone on
// with. The store may have got that part, though the page never heard.
func (c *client) sentTheRest(t *testing.T) {
	t.Helper()
	if got := c.puts(); !slices.Equal(got, []int{2, 3}) && !slices.Equal(got, []int{3}) {
		t.Errorf("the parts %v were sent", got)
	}
}

// anotherBrowser goes on with nothing but the key and the file, and leaves
// alone what belongs to another file.
func anotherBrowser(t *testing.T, w *Browser, g Target) {
	const key = "client/other browser.bin"
	const forgetful = "{ parallel: 1, storage: { getItem: () => null, setItem() {}, removeItem() {} } }"
	b := random(t, "other.bin", large, 9)
	c := newClient(t, w, g, forgetful)
	c.start(key, b, "{ at(sent) { if (sent > 12582912) upload.pause(); } }")
	c.until("upload.state === 'paused'")
	c.do(chromedp.Reload())
	c.load(forgetful)

	stranger := random(t, "stranger.bin", large, 10)
	c.start(key, stranger, "{}")
	c.arrives(t, key, stranger)
	if got := c.puts(); !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("of another file the parts %v were sent", got)
	}
	eval[bool](c.tab, "(puts.length = 0, true)")
	c.start(key, b, "{}")
	c.arrives(t, key, b)
	c.sentTheRest(t)
	c.clean()
}

// changingFile changes the file when its first part has left.
func changingFile(t *testing.T, w *Browser, g Target) {
	const key = "client/changing.bin"
	b := random(t, "changing.bin", large, 11)
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(b.path, old, old); err != nil {
		t.Fatal(err)
	}
	c := newClient(t, w, g, "{ parallel: 1 }")
	c.start(key, b, "{ at(sent) { if (sent > 12582912 && !log.paused) { log.paused = true; upload.pause(); } } }")
	c.until("upload.state === 'paused'")
	f, err := os.OpenFile(b.path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("changed"), 20*mib); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	eval[bool](c.tab, "(upload.resume(), true)")
	if e := c.fails(); e.Code != "file-changed" || !strings.Contains(e.Message, "changed") {
		t.Errorf("it ended with %+v", e)
	}
	if n := g.unfinished(t, key); n != 0 {
		t.Errorf("%d uploads were left behind", n)
	}
	if status := g.api(t, http.MethodGet, "/api/file?key="+key, nil); status != http.StatusNotFound {
		t.Errorf("GET /api/file answers %d", status)
	}
}

// editedInPlace changes a part that has left and one that has not, and gives
// the file its time back.
func editedInPlace(t *testing.T, w *Browser, g Target) {
	const key = "client/edited.bin"
	b := random(t, "edited.bin", large, 17)
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.Chtimes(b.path, old, old); err != nil {
		t.Fatal(err)
	}
	c := newClient(t, w, g, "{ parallel: 1 }")
	c.start(key, b, "{ at(sent) { if (sent > 12582912 && !log.paused) { log.paused = true; upload.pause(); } } }")
	c.until("upload.state === 'paused'")
	f, err := os.OpenFile(b.path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{mib, 20 * mib} {
		if _, err := f.WriteAt([]byte("changed"), at); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(b.path, old, old); err != nil {
		t.Fatal(err)
	}
	eval[bool](c.tab, "(upload.resume(), true)")
	if e := c.fails(); e.Code != "file-changed" {
		t.Errorf("it ended with %+v", e)
	}
	c.until("upload.state === 'failed'")
	if n := g.unfinished(t, key); n != 0 {
		t.Errorf("%d uploads were left behind", n)
	}
	if status := g.api(t, http.MethodGet, "/api/file?key="+key, nil); status != http.StatusNotFound {
		t.Errorf("GET /api/file answers %d", status)
	}
}

// changingSingle changes a small file between its hashing and its sending.
func changingSingle(t *testing.T, w *Browser, g Target) {
	changedSingle(t, w, g, "changing small.bin", 13, func(string, time.Time) error { return nil })
}

// editedSingle is changingSingle with an edit that gives the file its time back.
func editedSingle(t *testing.T, w *Browser, g Target) {
	changedSingle(t, w, g, "edited small.bin", 19, func(path string, was time.Time) error { return os.Chtimes(path, was, was) })
}

// changedSingle writes other bytes to a small file before it is sent, and then
// does what is left to do to a file that was last written at a time.
func changedSingle(t *testing.T, w *Browser, g Target, name string, seed byte, then func(path string, was time.Time) error) {
	b := random(t, name, mib, seed)
	was := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.Chtimes(b.path, was, was); err != nil {
		t.Fatal(err)
	}
	c := newClient(t, w, g, "{}")
	c.tamper("*X-Amz-Signature=*", fetch.RequestStageRequest, func(e *fetch.EventRequestPaused) chromedp.Action {
		if err := errors.Join(os.WriteFile(b.path, make([]byte, mib), 0o644), then(b.path, was)); err != nil {
			t.Error(err)
		}
		return nil
	})
	c.start("client/"+name, b, "{}")
	if e := c.fails(); e.Code != "file-changed" {
		t.Errorf("it ended with %+v", e)
	}
	if status := g.api(t, http.MethodGet, "/api/file?key="+url.PathEscape("client/"+name), nil); status != http.StatusNotFound {
		t.Errorf("GET /api/file answers %d", status)
	}
}
