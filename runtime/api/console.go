package api

import (
	"io/fs"
	"net/http"
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
)

// console serves the files of the web page.
type console struct {
	files fs.FS
	csp   string
}

func newConsole(page fs.FS, contentOrigins []string) *console {
	content := strings.Join(append([]string{"'self'", "blob:"}, contentOrigins...), " ")
	return &console{page, strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "worker-src 'self'", "style-src 'self'", "font-src 'self'",
		"connect-src " + strings.Join(append([]string{"'self'"}, contentOrigins...), " "),
		"img-src " + content, "media-src " + content,
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, "; ")}
}

// ServeHTTP serves a file of the page; / is index.html. Folders are not listed.
func (c *console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		name = "index.html"
	}
	if info, err := fs.Stat(c.files, name); err != nil || info.IsDir() {
		writeProblem(w, r, files.Problemf(files.CodeNotFound, "", "there is no such page"))
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		writeNotAllowed(w, r, http.MethodGet)
		return
	}
	callOf(r.Context()).route = "GET /"
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Security-Policy", c.csp)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	http.ServeFileFS(w, r, c.files, name)
}
