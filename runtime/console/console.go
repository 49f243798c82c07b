// Package console carries the web console: static files, an ES module without
// a build step, embedded in the binary.
//
// bytepass.js and client are the client, which other applications may import on
// their own; page, index.html and console.css are the page around it, and login
// is how people sign in at it. The page works under a policy that allows no
// inline script or style.
package console

import (
	"embed"
	"io/fs"
)

//go:embed index.html console.css icon.svg bytepass.js client login page
var files embed.FS

// Files returns the console's files; index.html is the page.
func Files() fs.FS { return files }
