package embedded

import (
	"errors"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/versity/versitygw/backend/posix"
)

// keys yields the keys in a bucket's folder that begin with prefix, in byte
// order, from the key from on, and of folders the key with a slash behind it,
// because one can be an object, too. It looks as it goes: a key that stays is
// yielded, whatever comes and goes meanwhile.
//
// Who has seen enough of a folder raises from on the way: what lies before it is
// not read any more.
//
// The key that is all of the prefix comes first, before its folder is read, so
// that a folder of many files costs nothing to those who want one.
func keys(bucket, prefix string, from *string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		w := walk{bucket: bucket, prefix: prefix, from: from, yield: yield}
		if !fs.ValidPath(strings.TrimSuffix(prefix, "/")) && prefix != "" || slices.Contains(strings.Split(path.Dir(prefix), "/"), posix.MetaTmpDir) {
			return // no key is like this
		}
		if w.exact() {
			folder, _ := path.Split(prefix)
			w.below(folder)
		}
	}
}

// walk is one way through the keys.
type walk struct {
	bucket, prefix string
	from           *string
	first          string // the key that came first
	yield          func(string, error) bool
}

// exact yields the key that is all of the prefix. It is false when no more keys
// are wanted.
func (w *walk) exact() bool {
	if w.prefix == "" || strings.HasSuffix(w.prefix, "/") || w.prefix < *w.from {
		return true
	}
	info, err := os.Lstat(filepath.Join(w.bucket, w.prefix))
	if err != nil || !info.Mode().IsRegular() {
		return true // reading the folder tells whether it matters
	}
	w.first = w.prefix
	return w.yield(w.prefix, nil)
}

// below yields the keys in a folder, which is empty or ends with a slash. It is
// false when no more keys are wanted.
func (w *walk) below(folder string) bool {
	entries, err := os.ReadDir(filepath.Join(w.bucket, folder))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return true // nothing is there, or not any more
	}
	if err != nil {
		return w.yield("", err)
	}
	found := make([]string, 0, len(entries))
	for _, e := range entries {
		key := folder + e.Name()
		if e.IsDir() {
			key += "/"
		}
		if e.Name() == posix.MetaTmpDir || !e.IsDir() && !e.Type().IsRegular() || !w.wanted(key) {
			continue
		}
		found = append(found, key)
	}
	slices.Sort(found) // a folder is sorted with its slash
	for _, key := range found {
		if key >= *w.from && !w.yield(key, nil) {
			return false
		}
		if strings.HasSuffix(key, "/") && w.wanted(key) && !w.below(key) {
			return false
		}
	}
	return true
}

// wanted reports whether a file's key, or one below a folder's, can be among
// those to yield.
func (w *walk) wanted(key string) bool {
	ahead := key >= *w.from || strings.HasSuffix(key, "/") && strings.HasPrefix(*w.from, key)
	return ahead && strings.HasPrefix(key, w.prefix) && key != w.first
}
