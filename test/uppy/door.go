package uppy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bytepass/bytepass/test/network"
)

// Door is a deployment that pages upload to.
type Door struct {
	API    string // as the browser reaches it
	Direct string // as this process reaches it
	Client *http.Client
	Token  string
	Modes  []Mode
	// PartLife is how long the URL of a part is good.
	PartLife time.Duration
	// Large is the size of a large file in bytes, by the modes that send one.
	Large map[Mode]int64
}

// world is a door with a network and a browser in front of it.
type world struct {
	Door
	network *network.Network
	browser context.Context
}

// open starts a network and a browser for a door.
func open(t *testing.T, d Door) *world {
	t.Helper()
	w := &world{Door: d, network: network.Start(t, pages(t, d.API, d.Token, d.Modes))}
	w.browser = newBrowser(t, w.network)
	return w
}

// page opens the page of a mode, by its index.
func (w *world) page(t *testing.T, mode int) *tab {
	t.Helper()
	return openTab(t, w.browser, fmt.Sprintf("http://%s/page/%d", network.PageHost, mode))
}

// get asks the API as the owner of the token and decodes the answer.
func (w *world) get(t *testing.T, path string, out any) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.Direct+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.Token)
	res, err := w.Client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusOK {
		if err := json.NewDecoder(res.Body).Decode(out); err != nil {
			t.Fatal(err)
		}
	}
	return res.StatusCode
}

// record is a file as the API describes it.
type record struct {
	MimeType, URL string
	Size          int64
	Metadata      map[string]string
}

// arrives waits until the file is in the catalog, compares the bytes that its
// download URL gives with those that were sent, and returns its record.
func (w *world) arrives(t *testing.T, f file) (r record) {
	t.Helper()
	for end := time.Now().Add(patience); w.get(t, "/api/file?key="+url.QueryEscape(f.name), &r) != http.StatusOK; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%q did not arrive", f.name)
		}
	}
	res, err := w.Client.Get(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, res.Body)
	if got := hex.EncodeToString(sum.Sum(nil)); err != nil || n != f.size || r.Size != f.size || got != f.sha256 {
		t.Errorf("%q reads %d bytes with the SHA-256 %s, sent were %d with %s, the record says %d: %v", f.name, n, got, f.size, f.sha256, r.Size, err)
	}
	return r
}

// unfinished returns how many uploads of the file can be gone on with.
func (w *world) unfinished(t *testing.T, f file) int {
	t.Helper()
	var list []struct{ UploadID string }
	if status := w.get(t, "/api/uploads?key="+url.QueryEscape(f.name), &list); status != http.StatusOK {
		t.Fatalf("the unfinished uploads: %d", status)
	}
	return len(list)
}

// file is a file that a person chooses.
type file struct {
	name, path, sha256 string
	size               int64
	meta               map[string]string
}

// newFile writes a file of which no two MiB are alike, and which takes no space
// in between.
func newFile(t *testing.T, name string, size int64) file {
	t.Helper()
	const mib = 1 << 20
	f := file{name: name, path: filepath.Join(t.TempDir(), name), size: size, meta: map[string]string{}}
	on, err := os.Create(f.path)
	if err != nil {
		t.Fatal(err)
	}
	defer on.Close()
	if err := on.Truncate(size); err != nil {
		t.Fatal(err)
	}
	for at := int64(0); at < size-16; at += mib {
		if _, err := fmt.Fprintf(io.NewOffsetWriter(on, at), "%016d", at); err != nil {
			t.Fatal(err)
		}
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, on); err != nil {
		t.Fatal(err)
	}
	f.sha256 = hex.EncodeToString(sum.Sum(nil))
	return f
}
