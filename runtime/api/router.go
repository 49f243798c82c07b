package api

import (
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
)

// presignPattern is the one published route with a key in its path. A key may
// hold slashes, so it is matched by its ends and not by the mux.
const presignPattern = "POST /api/files/{key}/presign"

const (
	presignPrefix = "/api/files/"
	presignSuffix = "/presign"
)

// router sends requests to operations. What it adds to http.ServeMux: keys in
// paths, problems instead of text, and no redirects, since a cleaned path
// would name another file.
type router struct {
	mux     *http.ServeMux
	presign http.HandlerFunc
	methods []string     // of all routes, sorted
	console http.Handler // nil serves none
}

func newRouter() *router {
	rt := &router{mux: http.NewServeMux()}
	rt.mux.HandleFunc("/", rt.unknown)
	return rt
}

// HandleFunc adds a route; its pattern begins with a method.
func (rt *router) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	handler := func(w http.ResponseWriter, r *http.Request) {
		callOf(r.Context()).route = pattern
		h(w, r)
	}
	if pattern == presignPattern {
		rt.presign = handler
		return
	}
	method, _, _ := strings.Cut(pattern, " ")
	if !slices.Contains(rt.methods, method) {
		rt.methods = append(rt.methods, method)
		slices.Sort(rt.methods)
	}
	rt.mux.HandleFunc(pattern, handler)
}

// ServeHTTP finds the route by the path as net/http has decoded it, once: a
// gateway that decodes paths itself hands over the same one.
func (rt *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if key, ok := presignKey(r.URL.Path); ok {
		if r.Method != http.MethodPost {
			writeNotAllowed(w, r, http.MethodPost)
			return
		}
		r.SetPathValue("key", key)
		rt.presign(w, r)
		return
	}
	if !isClean(r.URL.Path) {
		rt.unknown(w, r)
		return
	}
	rt.mux.ServeHTTP(w, r)
}

// presignKey returns what stands for {key} in the path of presignPattern.
func presignKey(path string) (key string, ok bool) {
	key, ok = strings.CutPrefix(path, presignPrefix)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(key, presignSuffix)
}

// isClean reports whether the mux would take the path as it is.
func isClean(p string) bool {
	clean := path.Clean(p)
	return strings.HasPrefix(p, "/") && (p == clean || clean != "/" && p == clean+"/")
}

// unknown answers what no route takes: with the console's files, with the
// methods that the path has, or with what the caller may have meant.
func (rt *router) unknown(w http.ResponseWriter, r *http.Request) {
	if allow := rt.allowed(r); len(allow) > 0 {
		writeNotAllowed(w, r, allow...)
		return
	}
	ours := strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/s3/")
	switch {
	case strings.HasPrefix(r.URL.Path, presignPrefix) && r.Method == http.MethodPost:
		writeProblem(w, r, files.Problemf(files.CodeNotFound, "", "the path does not end in %s, or a ? or # in the key was not percent-encoded; POST /api/presign takes any key in its body", presignSuffix))
	case strings.HasPrefix(r.URL.Path, presignPrefix):
		writeProblem(w, r, files.Problemf(files.CodeNotFound, "", "keys do not travel in the path; use GET /api/file?key=, or DELETE /api/files with the key in the body"))
	case rt.console != nil && !ours && isClean(r.URL.Path):
		rt.console.ServeHTTP(w, r)
	default:
		writeProblem(w, r, files.Problemf(files.CodeNotFound, "", "there is no such route; GET /openapi.json lists them"))
	}
}

// allowed returns the methods that the request's path takes.
func (rt *router) allowed(r *http.Request) []string {
	if !isClean(r.URL.Path) {
		return nil
	}
	var allow []string
	for _, method := range rt.methods {
		probe := http.Request{Method: method, Host: r.Host, URL: r.URL}
		if _, pattern := rt.mux.Handler(&probe); pattern != "/" && pattern != "" {
			allow = append(allow, method)
		}
	}
	return allow
}

func writeNotAllowed(w http.ResponseWriter, r *http.Request, allow ...string) {
	if slices.Contains(allow, http.MethodGet) {
		allow = append(allow, http.MethodHead)
	}
	slices.Sort(allow)
	w.Header().Set("Allow", strings.Join(allow, ", "))
	writeProblem(w, r, files.Problemf(files.CodeMethod, "", "%s is not a method of this route; it takes %s", r.Method, strings.Join(allow, ", ")))
}
