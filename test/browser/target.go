package browser

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

const mib = 1 << 20

// Target is a deployment whose promises to browsers are checked.
type Target struct {
	Page  string // URL of an origin that serves the console's files
	Base  string // URL of the API for the page; empty is the page's own
	Token string // an access token; empty sends none
	// API and Client are the API's URL beside the browser, and what reaches it
	// and the store.
	API    string
	Client *http.Client
	// HiddenRefusals: the gateway refuses tokens without CORS headers, so that a
	// page takes it for a failure of the network.
	HiddenRefusals bool
	// Buffered: so much of what is sent stays in what lies between the page and
	// the line that its pace says little.
	Buffered bool
}

// api calls the target's API beside the browser and decodes the answer, unless
// into is nil. It returns the status.
func (g Target) api(t *testing.T, method, path string, into any) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, g.API+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if g.Token != "" {
		r.Header.Set("Authorization", "Bearer "+g.Token)
	}
	res, err := g.Client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if into != nil && res.StatusCode == http.StatusOK {
		if err := json.NewDecoder(res.Body).Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	return res.StatusCode
}

// sum downloads a file and returns the SHA-256 of what came.
func (g Target) sum(t *testing.T, key string) string {
	t.Helper()
	return g.sumOf(t, key, "")
}

// sumOf is sum for a version; the empty one is the current.
func (g Target) sumOf(t *testing.T, key, version string) string {
	t.Helper()
	var f struct{ URL string }
	query := url.Values{"key": {key}}
	if version != "" {
		query.Set("versionId", version)
	}
	if status := g.api(t, http.MethodGet, "/api/file?"+query.Encode(), &f); status != http.StatusOK {
		t.Fatalf("GET /api/file of %q answers %d", key, status)
	}
	res, err := g.Client.Get(f.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, res.Body); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("the download answers %s, %v", res.Status, err)
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}

// unfinished returns how many unfinished uploads the key has.
func (g Target) unfinished(t *testing.T, key string) int {
	t.Helper()
	var list []struct{}
	if status := g.api(t, http.MethodGet, "/api/uploads?key="+url.QueryEscape(key), &list); status != http.StatusOK {
		t.Fatalf("GET /api/uploads answers %d", status)
	}
	return len(list)
}

// blob is a file on disk to upload.
type blob struct {
	path string
	sum  string // SHA-256
}

// random writes a file of size bytes, the same ones for the same seed.
func random(t *testing.T, name string, size int, seed byte) blob {
	t.Helper()
	content := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(content) // never fails
	b := blob{path: filepath.Join(t.TempDir(), name), sum: fmt.Sprintf("%x", sha256.Sum256(content))}
	if err := os.WriteFile(b.path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return b
}

// client is a page that uses the browser client as an application would.
type client struct {
	*tab
	Target
}

// newClient opens a page of the target with the client in it, as "files".
// options are those of new Bytepass, in JavaScript.
func newClient(t *testing.T, w *Browser, g Target, options string) *client {
	t.Helper()
	c := &client{w.open(t, g.Page+"/"), g}
	c.load(options)
	return c
}

// load prepares the page, again after a reload.
func (c *client) load(options string) {
	c.Helper()
	eval[bool](c.tab, `import("/bytepass.js").then(({ Bytepass }) => {
		const token = %s;
		window.files = new Bytepass({ base: %s, token: token ? () => token : undefined, ...(`+options+`) });
		window.puts = []; // the part numbers of all PUTs
		const open = XMLHttpRequest.prototype.open;
		XMLHttpRequest.prototype.open = function (method, url) {
			puts.push(Number(new URL(url).searchParams.get("partNumber")));
			return open.apply(this, arguments);
		};
		document.body.append(Object.assign(document.createElement("input"), { type: "file", id: "test-file" }));
		return true;
	})`, c.Token, c.Base)
}

// start begins to upload a file from disk. options are those of files.start;
// whatever is called "at" there is called with the bytes sent so far.
func (c *client) start(key string, b blob, options string) {
	c.Helper()
	c.do(chromedp.SetUploadFiles("#test-file", []string{b.path}, chromedp.ByQuery))
	eval[bool](c.tab, `(() => {
		const { at, ...options } = (`+options+`);
		window.log = { sent: 0, states: [], why: [], paces: [], backwards: 0 };
		window.upload = files.start(%s, document.getElementById("test-file").files[0], {
			...options,
			onProgress(sent, total, pace) {
				if (sent < log.sent) log.backwards++;
				Object.assign(log, { sent, total });
				log.paces.push(pace);
				at?.(sent);
			},
			onState(state, why) {
				log.states.push(state);
				if (state === "retrying") log.why.push(`+"`${why.status} ${why.code}`"+`);
			},
		});
		upload.done.then((done) => (log.done = done), ({ name, message, code, status }) => (log.error = { name, message, code: String(code), status }));
		return true;
	})()`, key)
}

// sent waits until more than this many bytes have left.
func (c *client) sent(bytes int) {
	c.Helper()
	c.until("log.sent > %s", bytes)
}

// failure is how an upload ended that failed.
type failure struct {
	Name, Message, Code string
	Status              int
}

// fails waits for the upload's end, which has to be a failure.
func (c *client) fails() failure {
	c.Helper()
	c.until("!!(log.done ?? log.error)")
	if eval[bool](c.tab, "!!log.done") {
		c.Fatal("the upload succeeded")
	}
	return eval[failure](c.tab, "log.error")
}

// arrives waits for the upload's success, and compares what is stored.
func (c *client) arrives(t *testing.T, key string, b blob) {
	t.Helper()
	c.until("!!(log.done ?? log.error)")
	if e := eval[failure](c.tab, "log.error ?? {}"); e.Message != "" {
		t.Fatalf("the upload failed: %+v", e)
	}
	eval[bool](c.tab, fmt.Sprintf("files.arrived(log.done, { timeout: %d }).then(() => true)", patience.Milliseconds()))
	if got := c.sum(t, key); got != b.sum {
		t.Errorf("%q has arrived as SHA-256 %s, not %s", key, got, b.sum)
	}
}

// puts returns the part numbers of the PUTs since load.
func (c *client) puts() []int { return eval[[]int](c.tab, "puts") }
