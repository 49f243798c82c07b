package browser

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// large is the size of a file of three parts, the last one shorter. When they
// travel one by one, 12 MiB (12582912) are inside of the second.
const large = 21 * mib

// Client runs the promises of the browser client against a target.
func Client(t *testing.T, w *Browser, g Target) {
	for name, promise := range map[string]func(*testing.T, *Browser, Target){
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
		"a file edited in place":    editedInPlace,
		"a small file that changes": changingSingle,
		"a small file edited":       editedSingle,
		"refusals that pass":        passingRefusals,
		"no overwriting":            noOverwriting,
		"token expires":             tokenExpires,
		"sizes at the edges":        badFiles,
		"strange names":             strangeNames,
		"two tabs":                  twoTabs,
		"two browsers":              twoBrowsers,
	} {
		t.Run(name, func(t *testing.T) { promise(t, w, g) })
	}
}

func inParts(t *testing.T, w *Browser, g Target) {
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

func pauseAndResume(t *testing.T, w *Browser, g Target) {
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

func cancel(t *testing.T, w *Browser, g Target) {
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

func noOverwriting(t *testing.T, w *Browser, g Target) {
	c := newClient(t, w, g, "{}")
	for name, size := range map[string]int{"single": 1000, "parts": large} {
		key := "client/only once " + name
		b := random(t, name, size, 12)
		c.start(key, b, "{ overwrite: false }")
		c.arrives(t, key, b)
		c.start(key, b, "{ overwrite: false }")
		want := failure{
			Name: "BytepassError", Code: "conflict", Status: http.StatusConflict,
			Message: fmt.Sprintf("there is a file %q already, and overwrite is false; choose another key, or allow it to be overwritten", key),
		}
		if e := c.fails(); e != want {
			t.Errorf("%s: the second time it ended with %+v; want %+v", name, e, want)
		}
	}
}

// tokenExpires has the server refuse the first token.
func tokenExpires(t *testing.T, w *Browser, g Target) {
	want := "false,true"
	if g.HiddenRefusals {
		want = "network"
	}
	c := newClient(t, w, g, "{}")
	got := eval[string](c.tab, `import("/bytepass.js").then(async ({ Bytepass }) => {
		const asked = [];
		const token = ({ expired }) => {
			asked.push(expired);
			return expired ? %s : "e30.e30.e30";
		};
		const files = new Bytepass({ base: %s, token });
		return files.list({ limit: 1 }).then(() => asked.join(), ({ code }) => code);
	})`, c.Token, c.Base)
	if got != want {
		t.Errorf("the token was asked for %s", got)
	}
}
