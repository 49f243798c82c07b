package browser

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
)

// large is the size of a file of three parts, the last one shorter. When they
// travel one by one, 12 MiB (12582912) are inside of the second.
const large = 25 * mib

func TestClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	clientKeepsItsWord(t, w, target{page: w.server.URL})
}

// clientKeepsItsWord runs the promises of the browser client against a target.
func clientKeepsItsWord(t *testing.T, w *world, g target) {
	for name, promise := range map[string]func(*testing.T, *world, target){
		"in parts":                  inParts,
		"pause and resume":          pauseAndResume,
		"cancel":                    cancel,
		"a part fails twice":        partFailsTwice,
		"a URL has expired":         expiredURL,
		"URLs before they expire":   freshURLs,
		"the answer gets lost":      lostAnswer,
		"hidden ETag":               hiddenETag,
		"reload":                    reload,
		"another browser":           anotherBrowser,
		"a file that changes":       changingFile,
		"a small file that changes": changingSingle,
		"no overwriting":            noOverwriting,
		"token expires":             tokenExpires,
		"sizes at the edges":        badFiles,
		"strange names":             strangeNames,
	} {
		t.Run(name, func(t *testing.T) { promise(t, w, g) })
	}
}

func inParts(t *testing.T, w *world, g target) {
	const key = "client/in parts.bin"
	b := random(t, "in parts.bin", large, 1)
	c := newClient(t, w, g, "{}")
	c.start(key, b, `{ metadata: { album: "été" }, name: "Ünter teilen.bin" }`)
	c.arrives(t, key, b)
	if got := c.puts(); len(got) != 3 {
		t.Errorf("parts were sent as %v", got)
	}
	if !eval[bool](c.tab, "log.sent === log.total && log.backwards === 0") {
		t.Errorf("the progress was %s", eval[string](c.tab, "JSON.stringify(log)"))
	}
	if got := eval[string](c.tab, "log.states.join()"); !strings.HasSuffix(got, "sending,finishing,done") {
		t.Errorf("the states were %s", got)
	}
	var f struct {
		Name     string
		Metadata map[string]string
	}
	g.api(t, http.MethodGet, "/api/file?key=client/in%20parts.bin", &f)
	if f.Name != "Ünter teilen.bin" || f.Metadata["album"] != "été" {
		t.Errorf("kept with the file: %+v", f)
	}
	c.clean()
}

func pauseAndResume(t *testing.T, w *world, g target) {
	const key = "client/paused.bin"
	b := random(t, "paused.bin", large, 2)
	c := newClient(t, w, g, "{ parallel: 1 }")
	c.start(key, b, "{ at(sent) { if (sent > 12582912 && !log.paused) { log.paused = true; upload.pause(); } } }")
	c.until("upload.state === 'paused'")
	before := len(c.puts())
	time.Sleep(300 * time.Millisecond)
	if after := c.puts(); len(after) != before || !eval[bool](c.tab, "upload.state === 'paused' && !log.done") {
		t.Errorf("during the pause: %v", after)
	}
	eval[bool](c.tab, "(upload.resume(), upload.pause(), upload.resume(), true)")
	c.arrives(t, key, b)
	if got := c.puts(); !slices.Equal(got[:2], []int{1, 2}) || slices.Contains(got[2:], 1) {
		t.Errorf("parts were sent as %v: the first one again", got)
	}
	c.clean()
}

func cancel(t *testing.T, w *world, g target) {
	const key = "client/cancelled.bin"
	b := random(t, "cancelled.bin", large, 3)
	c := newClient(t, w, g, "{}")
	c.start(key, b, "{ at(sent) { if (sent > 12582912) upload.cancel(); } }")
	if e := c.fails(); e.Name != "AbortError" {
		t.Errorf("it ended with %+v", e)
	}
	if n := g.unfinished(t, key); n != 0 {
		t.Errorf("%d uploads were left behind", n)
	}
	if status := g.api(t, http.MethodGet, "/api/file?key="+key, nil); status != http.StatusNotFound {
		t.Errorf("GET /api/file answers %d", status)
	}
	if n := eval[int](c.tab, "files.interrupted().then((list) => list.length)"); n != 0 {
		t.Errorf("the browser remembers %d uploads", n)
	}
	c.clean()
}

func partFailsTwice(t *testing.T, w *world, g target) {
	const key = "client/failing.bin"
	b := random(t, "failing.bin", large, 4)
	c := newClient(t, w, g, "{}")
	var failed atomic.Int32
	c.tamper("*partNumber=2*", fetch.RequestStageRequest, func(e *fetch.EventRequestPaused) chromedp.Action {
		switch failed.Add(1) {
		case 1:
			return busy(e.RequestID)
		case 2:
			return broken(e.RequestID)
		}
		return nil
	})
	c.start(key, b, "{}")
	c.arrives(t, key, b)
	got := c.puts()
	slices.Sort(got)
	if !slices.Equal(got, []int{1, 2, 2, 2, 3}) {
		t.Errorf("parts were sent as %v", got)
	}
	if !eval[bool](c.tab, "log.states.includes('retrying')") {
		t.Error("nobody was told of the retries")
	}
}

// expiredURL has the store refuse a part's URL, as it does when it is too old.
func expiredURL(t *testing.T, w *world, g target) {
	for name, tc := range map[string]struct {
		size    int
		pattern string
	}{
		"part":   {large, "*partNumber=3*"},
		"single": {mib, "*X-Amz-Signature=*"},
	} {
		t.Run(name, func(t *testing.T) {
			key := "client/expired " + name + ".bin"
			b := random(t, "expired.bin", tc.size, 5)
			c := newClient(t, w, g, "{}")
			var refused atomic.Int32
			c.tamper(tc.pattern, fetch.RequestStageRequest, func(e *fetch.EventRequestPaused) chromedp.Action {
				if e.Request.Method != http.MethodPut || refused.Add(1) > 2 {
					return nil
				}
				return fetch.ContinueRequest(e.RequestID).WithURL(strings.Replace(e.Request.URL, "X-Amz-Expires=", "X-Amz-Expires=1", 1))
			})
			c.start(key, b, "{}")
			c.arrives(t, key, b)
			if refused.Load() < 3 {
				t.Errorf("it took %d attempts", refused.Load())
			}
		})
	}
}

// freshURLs runs the keeper of part URLs with a clock of its own.
func freshURLs(t *testing.T, w *world, g target) {
	p := w.open(t, g.page+"/")
	got := eval[string](p, `import("/client/part-urls.js").then(async ({ PartUrls }) => {
		let now = Date.parse("2026-01-01T00:00:00Z");
		const asked = [];
		const sign = async (numbers) => {
			asked.push(numbers.join("+"));
			// The API answers at most two at a time, good for a minute.
			return { parts: numbers.slice(0, 2).map((partNumber) => ({ partNumber, url: partNumber + "@" + now })), expiresAt: new Date(now + 60_000).toISOString() };
		};
		const urls = new PartUrls(sign, () => now);
		const [a, b] = await Promise.all([urls.get(1, [2, 3]), urls.get(2, [3])]);
		now += 30_000;
		const same = await urls.get(1, []);
		now += 15_000; // still accepted, but not for long
		const fresh = await urls.get(1, [2]);
		urls.drop(2);
		await urls.get(2, []);
		// The clock of this machine is an hour fast.
		const fast = new PartUrls(sign, () => now + 3_600_000);
		await fast.get(7, []);
		await fast.get(7, []);
		return [a.url !== fresh.url && a.url === same.url, asked.join(" ")].join(" ");
	})`)
	if want := "true 1+2+3 1+2 2 7"; got != want {
		t.Errorf("asked for URLs: %s; want %s", got, want)
	}
}

// lostAnswer breaks the connection after the store has put the parts together.
func lostAnswer(t *testing.T, w *world, g target) {
	const key = "client/lost answer.bin"
	b := random(t, "lost answer.bin", large, 6)
	c := newClient(t, w, g, "{}")
	var lost atomic.Int32
	c.tamper("*/complete", fetch.RequestStageResponse, func(e *fetch.EventRequestPaused) chromedp.Action {
		if lost.Add(1) > 1 {
			return nil
		}
		return broken(e.RequestID)
	})
	c.start(key, b, "{}")
	c.arrives(t, key, b)
	if lost.Load() < 2 {
		t.Error("the completion was asked for once")
	}
	var versions []struct{}
	if g.api(t, http.MethodGet, "/api/versions?key=client/lost%20answer.bin", &versions); len(versions) != 1 {
		t.Errorf("the file has %d versions", len(versions))
	}
}

func hiddenETag(t *testing.T, w *world, g target) {
	const key = "client/hidden.bin"
	b := random(t, "hidden.bin", large, 7)
	c := newClient(t, w, g, "{}")
	eval[bool](c.tab, "(XMLHttpRequest.prototype.getResponseHeader = () => null, true)")
	c.start(key, b, "{}")
	c.arrives(t, key, b)
	c.clean()
}

func reload(t *testing.T, w *world, g target) {
	const key = "client/reloaded.bin"
	b := random(t, "reloaded.bin", large, 8)
	c := newClient(t, w, g, "{ parallel: 1 }")
	c.start(key, b, "{ at(sent) { if (sent > 12582912) upload.pause(); } }")
	c.until("upload.state === 'paused'")
	c.do(chromedp.Reload())
	c.load("{ parallel: 1 }")
	if got := eval[string](c.tab, "files.interrupted().then(([{ key, name, size }]) => [key, name, size].join())"); got != key+",reloaded.bin,26214400" {
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
func anotherBrowser(t *testing.T, w *world, g target) {
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
func changingFile(t *testing.T, w *world, g target) {
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

// changingSingle changes a small file between its hashing and its sending.
func changingSingle(t *testing.T, w *world, g target) {
	const key = "client/changing small.bin"
	b := random(t, "changing small.bin", mib, 13)
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(b.path, old, old); err != nil {
		t.Fatal(err)
	}
	c := newClient(t, w, g, "{}")
	c.tamper("*X-Amz-Signature=*", fetch.RequestStageRequest, func(e *fetch.EventRequestPaused) chromedp.Action {
		if err := os.WriteFile(b.path, make([]byte, mib), 0o644); err != nil {
			t.Error(err)
		}
		return nil
	})
	c.start(key, b, "{}")
	if e := c.fails(); e.Code != "file-changed" {
		t.Errorf("it ended with %+v", e)
	}
	if status := g.api(t, http.MethodGet, "/api/file?key=client/changing%20small.bin", nil); status != http.StatusNotFound {
		t.Errorf("GET /api/file answers %d", status)
	}
}

func noOverwriting(t *testing.T, w *world, g target) {
	c := newClient(t, w, g, "{}")
	for name, tc := range map[string]struct {
		size   int
		status int
	}{"single": {1000, http.StatusPreconditionFailed}, "parts": {large, http.StatusConflict}} {
		key := "client/only once " + name
		b := random(t, name, tc.size, 12)
		c.start(key, b, "{ overwrite: false }")
		c.arrives(t, key, b)
		c.start(key, b, "{ overwrite: false }")
		if e := c.fails(); e.Status != tc.status {
			t.Errorf("%s: the second time it ended with %+v", name, e)
		}
	}
}

// tokenExpires has the server refuse the first token.
func tokenExpires(t *testing.T, w *world, g target) {
	c := newClient(t, w, g, "{}")
	got := eval[string](c.tab, `import("/bytepass.js").then(async ({ Bytepass }) => {
		const asked = [];
		const token = ({ expired }) => {
			asked.push(expired);
			return expired ? %s : "e30.e30.e30";
		};
		const files = new Bytepass({ base: %s, token });
		await files.list({ limit: 1 });
		return asked.join();
	})`, c.token, c.base)
	if got != "false,true" {
		t.Errorf("the token was asked for %s", got)
	}
}
