package transfer

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"net/http"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/bytepass/bytepass/runtime/client"
)

// Remote is a file of the deployment.
type Remote struct {
	client.File
	// Below is the file's path below the folder that was named, or below the
	// last folder without a wildcard: where it goes below a local folder.
	Below string
}

// RemoteFiles returns the files that a name means: one file; everything below a
// prefix that ends in a slash ("/" is the whole space); or those that match a
// pattern of "*" (anything but slashes), "**" (anything) and "?" (one character
// but a slash). exact takes the name as the key of one file whatever it holds; version,
// if it is not empty, is a version of that file.
func RemoteFiles(ctx context.Context, api *client.Client, name string, exact bool, version string) iter.Seq2[Remote, error] {
	name = norm.NFC.String(name) // as keys are
	switch {
	case !exact && IsPattern(name):
		prefix := name[:strings.IndexAny(name, "*?")]
		return below(ctx, api, prefix, name)
	case !exact && strings.HasSuffix(name, "/"):
		return below(ctx, api, strings.TrimPrefix(name, "/"), "")
	}
	return func(yield func(Remote, error) bool) {
		f, err := api.File(ctx, name, version)
		if err != nil {
			f.Key = name
			err = orFolder(ctx, api, name, err)
		}
		yield(Remote{f, path.Base(f.Key)}, err)
	}
}

// orFolder returns err, and for a file that is not there what is meant instead if
// there is a folder of its name.
func orFolder(ctx context.Context, api *client.Client, name string, err error) error {
	if client.CodeOf(err) != client.CodeNotFound {
		return err
	}
	folder := name + "/"
	for _, other := range api.Folder(ctx, folder) {
		if other == nil {
			return &client.Problem{Status: http.StatusNotFound, Code: client.CodeNotFound, Detail: fmt.Sprintf("there is no such file, but a folder; write %q for what is in it", folder)}
		}
		break // what is known is told
	}
	return err
}

// IsPattern reports whether a name has wildcards.
func IsPattern(name string) bool { return strings.ContainsAny(name, "*?") }

// below lists a prefix, and of that what matches the pattern, if there is one.
// Nothing at all is a *client.Problem with CodeNotFound.
func below(ctx context.Context, api *client.Client, prefix, pattern string) iter.Seq2[Remote, error] {
	return func(yield func(Remote, error) bool) {
		found := false
		root := prefix[:strings.LastIndexByte(prefix, '/')+1]
		for f, err := range api.Files(ctx, client.Stored, prefix) {
			if err == nil && pattern != "" && !Match(pattern, f.Key) {
				continue
			}
			found = true
			if !yield(Remote{f, strings.TrimPrefix(f.Key, root)}, err) {
				return
			}
		}
		if !found {
			asked := cmp.Or(pattern, prefix)
			detail := fmt.Sprintf("there is nothing like %q", asked)
			if asked == "" {
				detail = "there are no files"
			}
			yield(Remote{File: client.File{Key: asked}}, &client.Problem{Status: http.StatusNotFound, Code: client.CodeNotFound, Detail: detail})
		}
	}
}

// Match reports whether a key matches a pattern of RemoteFiles as a whole.
func Match(pattern, key string) bool {
	for pattern != "" {
		switch {
		case pattern[0] == '*':
			rest := strings.TrimLeft(pattern, "*")
			anything := len(pattern)-len(rest) > 1
			for i := 0; i <= len(key); i++ {
				if Match(rest, key[i:]) {
					return true
				}
				if i < len(key) && key[i] == '/' && !anything {
					return false
				}
			}
			return false
		case key == "":
			return false
		case pattern[0] == '?':
			for _, r := range key {
				if r == '/' {
					return false
				}
				break
			}
			key = strings.TrimPrefix(key, string([]rune(key)[:1]))
		case pattern[0] != key[0]:
			return false
		default:
			key = key[1:]
		}
		pattern = pattern[1:]
	}
	return key == ""
}

// LocalPath returns where a file goes: into a folder by its path below it. The
// error is about names that would leave the folder on this machine.
func LocalPath(folder, below string) (string, error) {
	p := filepath.FromSlash(below)
	if !filepath.IsLocal(p) {
		return "", fmt.Errorf("%q is not a name of a file on this machine; get it alone, with a name of your own", below)
	}
	return filepath.Join(folder, p), nil
}
