// Package console carries the web console: static files, an ES module without
// a build step, embedded in the binary.
//
// bytepass.js is the client, which other applications may import on their own;
// console.js, index.html and console.css are the page around it.
package console

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed index.html console.css console.js bytepass.js icon.svg
var files embed.FS

// Files returns the console's files; index.html is the page.
func Files() fs.FS { return files }

// Policy returns the Content-Security-Policy that the console's files are
// served with: scripts and styles only from files of their own, no frames, no
// forms, and connections only to the API of the same origin and to the store's.
func Policy(storeOrigin string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self'",
		"connect-src 'self' " + storeOrigin,
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}
