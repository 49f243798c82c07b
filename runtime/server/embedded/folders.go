package embedded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// folders lets nobody remove a folder that a change of a key needs. Folders are
// made one below the other and go when they are empty, the deepest first; where
// both happen at once, the one that is to hold the next is gone in between, and
// a PUT is refused, or a version is nowhere. The zero value is ready.
type folders struct {
	mu     sync.Mutex
	needed map[string]int // by how many changes
}

// need keeps a folder and those between it and top; what it returns ends that.
func (f *folders) need(folder, top string) (done func()) {
	f.count(folder, top, 1)
	return func() { f.count(folder, top, -1) }
}

func (f *folders) count(folder, top string, by int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.needed == nil {
		f.needed = map[string]int{}
	}
	for ; below(folder, top); folder = filepath.Dir(folder) {
		if f.needed[folder] += by; f.needed[folder] == 0 {
			delete(f.needed, folder)
		}
	}
}

// removeEmpty removes folder and those between it and top, as long as they are
// empty and nobody needs them, up to one that has to stay.
func (f *folders) removeEmpty(folder, top string, stays func(folder string) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for ; below(folder, top) && f.needed[folder] == 0 && !stays(folder); folder = filepath.Dir(folder) {
		if err := os.Remove(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return
		}
	}
}

func below(folder, top string) bool { return strings.HasPrefix(folder, top+string(filepath.Separator)) }

// needFolder keeps the folder of a key for a change that may make an object in
// it. What it returns ends that, and removes the folder if there is no object
// after all: others who have emptied it have left it.
func (b *backend) needFolder(bucket, key string) (done func()) {
	path, top := b.path(bucket, key), filepath.Join(b.objects, bucket)
	end := b.folders.need(filepath.Dir(path), top)
	return func() {
		end()
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			b.removeFolder(bucket, key)
		}
	}
}

// removeFolder removes the folder of a key and those above it, as long as they
// are empty, nobody needs them, and they are no objects themselves.
func (b *backend) removeFolder(bucket, key string) {
	top := filepath.Join(b.objects, bucket)
	b.folders.removeEmpty(filepath.Dir(b.path(bucket, key)), top, func(folder string) bool {
		name, err := filepath.Rel(top, folder)
		if err != nil {
			return true
		}
		etag, err := b.attribute(bucket, name, etagAttribute)
		return err == nil && etag != nil
	})
}
