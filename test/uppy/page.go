package uppy

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"

	"github.com/bytepass/bytepass/test/project"
)

// What the configurations in docs/uppy.md say instead of a deployment's API.
const shown = "https://files.example.com"

// Mode is a configuration of Uppy.
type Mode struct {
	Name    string // as docs/uppy.md calls it
	version string // v5 or v6
	// noMetadata: Uppy does not tell it in this mode.
	noMetadata bool
	// retries: an expired URL fails the upload, and a person tries again.
	retries bool
}

// V5 is version 5, which tells the API its token in a header.
func V5() Mode { return Mode{Name: "5", version: "v5"} }

// V6 is version 6 with signRequest.
func V6() Mode { return Mode{Name: "6", version: "v6", noMetadata: true, retries: true} }

// V6Token is version 6 with the token in the path of its companion.
func V6Token() Mode { return Mode{Name: "6, the token in the path", version: "v6", retries: true} }

// snippet returns a configuration as docs/uppy.md shows it.
func (m Mode) snippet(t *testing.T) string {
	t.Helper()
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	docs, err := os.ReadFile(filepath.Join(root, "docs", "uppy.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(docs), "<!-- uppy: "+m.Name+" -->\n```js\n")
	code, _, ended := strings.Cut(after, "```")
	if !found || !ended || !strings.Contains(code, shown) {
		t.Fatalf("docs/uppy.md has no snippet after <!-- uppy: %s --> that names %s", m.Name, shown)
	}
	return code
}

//go:embed page.html
var pageText string

// pages serves a page for each mode at /page/<its index>, for this API and
// token, and Uppy's modules.
func pages(t *testing.T, api, token string, modes []Mode) http.Handler {
	t.Helper()
	bundle, err := project.Tool("tools/uppy/node_modules/.bundle", "tools/uppy.sh")
	if err != nil {
		t.Fatal(err)
	}
	page, err := template.New("page").Parse(pageText)
	if err != nil {
		t.Fatal(err)
	}
	literal, err := json.Marshal(token)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(bundle)))
	for i, m := range modes {
		code := strings.ReplaceAll(m.snippet(t), shown, api)
		mux.HandleFunc(fmt.Sprintf("GET /page/%d", i), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			if err := page.Execute(w, map[string]string{"Version": m.version, "Token": string(literal), "Snippet": code}); err != nil {
				t.Error(err)
			}
		})
	}
	return mux
}
