package api

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/bytepass/bytepass/runtime/files"
)

// memoryBucket keeps histories, newest first, as a versioned bucket does.
type memoryBucket struct {
	mu       sync.Mutex
	versions map[string][]files.Version
	count    int
	err      error // what every call answers, if set
}

func (b *memoryBucket) push(object string, v files.Version) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count++
	v.VersionID = fmt.Sprintf("v%02d", b.count)
	v.Latest, v.LastModified = true, start
	history := append([]files.Version{v}, b.versions[object]...)
	if len(history) > 1 {
		history[1].Latest = false
	}
	b.versions[object] = history
	return v.VersionID
}

func (b *memoryBucket) put(object string, size int64) string {
	return b.push(object, files.Version{Size: size, ETag: "etag"})
}

func (b *memoryBucket) Versions(_ context.Context, object, after string, limit int) (history []files.Version, next string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.versions[object]
	if after != "" {
		i := slices.IndexFunc(all, func(v files.Version) bool { return v.VersionID == after })
		if i < 0 {
			return nil, "", files.Problemf(files.CodeInvalidCursor, "cursor", "there is no such version")
		}
		all = all[i+1:]
	}
	if len(all) > limit {
		all, next = all[:limit], all[limit-1].VersionID
	}
	return append([]files.Version{}, all...), next, b.err
}

func (b *memoryBucket) Delete(_ context.Context, object string) (string, error) {
	return b.push(object, files.Version{DeleteMarker: true}), b.err
}

func (b *memoryBucket) RemoveMarker(_ context.Context, object, versionID string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, v := range b.versions[object] {
		if v.VersionID == versionID {
			if !v.DeleteMarker {
				panic("a version that is no marker was to be removed")
			}
			b.versions[object] = append(b.versions[object][:i:i], b.versions[object][i+1:]...)
			if i == 0 && len(b.versions[object]) > 0 {
				b.versions[object][0].Latest = true
			}
		}
	}
	return b.err
}

func (b *memoryBucket) CopyVersion(_ context.Context, object, versionID string) (string, error) {
	b.mu.Lock()
	all := b.versions[object]
	b.mu.Unlock()
	for _, v := range all {
		if v.VersionID == versionID {
			if v.Size > 5<<30 {
				return "", files.Problemf(files.CodeTooLargeToCopy, "versionId", "use bytepass restore")
			}
			return b.put(object, v.Size), b.err
		}
	}
	return "", files.Problemf(files.CodeNotFound, "versionId", "there is no such version")
}
