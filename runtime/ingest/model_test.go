package ingest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

// model is a versioned bucket as S3 describes it, and tells every change to
// emit. It is not safe for concurrent use.
type model struct {
	objects map[string][]version // newest last
	emit    func(objectKey string)
	made    int
	wrong   []string // what no bucket should see: deletions of what is valid
}

type version struct {
	head   files.Head
	marker bool
}

func newModel(emit func(string)) *model { return &model{objects: map[string][]version{}, emit: emit} }

func (m *model) push(key string, v version) {
	m.made++
	v.head.VersionID = fmt.Sprintf("v%d", m.made)
	v.head.LastModified = time.Date(2026, 1, 1, 0, 0, m.made, 0, time.UTC)
	if !v.marker {
		v.head.ETag = fmt.Sprintf("etag-%d", m.made)
	}
	m.objects[key] = append(m.objects[key], v)
	m.emit(key)
}

// put stores an object; a size that is not the declared one makes it invalid.
func (m *model) put(key string, size, declared int64) {
	m.push(key, version{head: files.Head{
		Size: size, MimeType: "text/plain", Declared: true,
		Declaration: files.Declaration{Size: &declared, Name: "name", Metadata: map[string]string{"a": "b"}},
	}})
}

func (m *model) delete(key string) { m.push(key, version{marker: true}) }

// undelete removes the newest version if it is a marker.
func (m *model) undelete(key string) {
	if top := m.top(key); top != nil && top.marker {
		m.remove(key, len(m.objects[key])-1)
	}
}

// restore copies the i-th version on top, unless it is a marker.
func (m *model) restore(key string, i int) {
	versions := m.objects[key]
	if len(versions) == 0 {
		return
	}
	if v := versions[i%len(versions)]; !v.marker {
		m.push(key, v)
	}
}

// remove removes the i-th version for good.
func (m *model) remove(key string, i int) {
	versions := m.objects[key]
	if len(versions) == 0 {
		return
	}
	i %= len(versions)
	m.objects[key] = slices.Delete(slices.Clone(versions), i, i+1)
	m.emit(key)
}

func (m *model) top(key string) *version {
	versions := m.objects[key]
	if len(versions) == 0 {
		return nil
	}
	return &versions[len(versions)-1]
}

// Head implements Bucket.
func (m *model) Head(_ context.Context, key string) (files.Head, bool, error) {
	top := m.top(key)
	if top == nil || top.marker {
		return files.Head{}, false, nil
	}
	return top.head, true, nil
}

// DeleteIfMatch implements Bucket.
func (m *model) DeleteIfMatch(_ context.Context, key, etag string) error {
	top := m.top(key)
	if top == nil || top.marker || top.head.ETag != etag {
		return files.ErrChanged
	}
	if top.head.Verdict() == "" {
		m.wrong = append(m.wrong, "a valid version was deleted: "+top.head.VersionID)
	}
	m.delete(key)
	return nil
}

// Keys implements Lister.
func (m *model) Keys(_ context.Context, prefix string, visit func(string, string, int64) error) error {
	for _, key := range slices.Sorted(maps.Keys(m.objects)) {
		top := m.top(key)
		if top == nil || top.marker || len(key) < len(prefix) || key[:len(prefix)] != prefix {
			continue
		}
		if err := visit(key, top.head.ETag, top.head.Size); err != nil {
			return err
		}
	}
	return nil
}
