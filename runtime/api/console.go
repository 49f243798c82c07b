package api

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
)

// consoleConfig is the path of what the page is told about its server.
const consoleConfig = "/config.json"

// Login is what the console needs to have people sign in at the issuer, by
// authorization code with PKCE (RFC 7636). All of it is public.
type Login struct {
	Issuer   string   `json:"issuer"`   // its URL
	ClientID string   `json:"clientId"` // of a public client, without a secret
	Audience string   `json:"audience"` // what the access tokens have to be for
	Scopes   []string `json:"scopes"`   // to ask for
	// Origins returns the origins of the issuer's endpoints that the page talks
	// to, such as "https://login.example": it may talk to no others. It is called
	// for every file of the page, so it remembers them.
	Origins func(context.Context) []string `json:"-"`
}

// console serves the files of the web page.
type console struct {
	files   fs.FS
	config  []byte // JSON
	content []string
	login   *Login
}

func newConsole(page fs.FS, contentOrigins []string, login *Login) (*console, error) {
	config, err := json.Marshal(struct {
		Login *Login `json:"login,omitempty"`
	}{login})
	return &console{page, config, contentOrigins, login}, err
}

// ServeHTTP serves a file of the page; / is index.html. Folders are not listed.
func (c *console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		name = "index.html"
	}
	if info, err := fs.Stat(c.files, name); r.URL.Path != consoleConfig && (err != nil || info.IsDir()) {
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
	h.Set("Content-Security-Policy", c.policy(r.Context()))
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if r.URL.Path == consoleConfig {
		h.Set("Content-Type", "application/json")
		_, _ = w.Write(c.config) // the client is gone: nobody to tell
		return
	}
	http.ServeFileFS(w, r, c.files, name)
}

// policy returns the content security policy: the page runs its own scripts
// alone, and talks to the server, the store and the issuer alone. There are no
// frames in it, so the issuer is none of them either.
func (c *console) policy(ctx context.Context) string {
	content := strings.Join(append([]string{"'self'", "blob:"}, c.content...), " ")
	connect := append([]string{"'self'"}, c.content...)
	if c.login != nil {
		connect = append(connect, c.login.Origins(ctx)...)
	}
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "worker-src 'self'", "style-src 'self'", "font-src 'self'",
		"connect-src " + strings.Join(connect, " "),
		"img-src " + content, "media-src " + content,
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, "; ")
}
