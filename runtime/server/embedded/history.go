package embedded

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/s3response"
)

// version is a version or a delete marker of a key.
type version struct {
	versionID
	latest, marker bool
	etag           string
	size           int64
	modified       time.Time
	checksum       s3response.Checksum
}

// versionID is a version's id and where it stands in time. Ids are ULIDs, which
// sort by time, but for the one version that was kept without an id.
type versionID struct{ id, order string }

// noID is the id of a version that was kept while the bucket kept no versions.
const noID = "null"

// history returns the versions and markers of a key, newest first: at most
// most, from the one behind the version id after, or from the newest if that is
// empty. When after is gone by now, what is older than it was comes next.
//
// It waits for a change of the key that is under way: a version that moves
// would be seen twice, or not at all.
func (b *backend) history(bucket, key, after string, most int) ([]version, error) {
	defer b.locks.lock(b.path(bucket, key))()
	current, err := b.currentID(bucket, key)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, nil // gone since it was found
	}
	if err != nil {
		return nil, err
	}
	if current == "" {
		return nil, nil // a folder that is no object
	}
	ids, err := b.olderIDs(bucket, key, current)
	if err != nil {
		return nil, err
	}
	ids = behind(append([]versionID{{current, current}}, ids...), after)
	found := make([]version, 0, min(most, len(ids)))
	for _, id := range ids[:min(most, len(ids))] {
		v := version{versionID: id, latest: id.id == current}
		if v.latest {
			err = b.describe(&v, bucket, key, b.path(bucket, key))
		} else {
			older := b.olderVersions(bucket, key)
			err = b.describe(&v, older, id.id, filepath.Join(older, id.id))
		}
		if err != nil {
			return nil, err
		}
		found = append(found, v)
	}
	return found, nil
}

// currentID returns the id of the version on top, empty if there is only a
// folder. The error is fs.ErrNotExist if nothing is there.
func (b *backend) currentID(bucket, key string) (string, error) {
	if _, err := os.Lstat(b.path(bucket, key)); err != nil {
		return "", err
	}
	if strings.HasSuffix(key, "/") { // an object by its ETag, and never with versions
		etag, err := b.attribute(bucket, key, etagAttribute)
		if err != nil || etag == nil {
			return "", err
		}
		return noID, nil
	}
	id, err := b.attribute(bucket, key, versionAttribute)
	if err == nil && id == nil {
		return noID, nil
	}
	return string(id), err
}

// olderIDs returns the ids of the noncurrent versions, newest first.
func (b *backend) olderIDs(bucket, key, current string) ([]versionID, error) {
	entries, err := os.ReadDir(b.olderVersions(bucket, key))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	ids := make([]versionID, 0, len(entries)+1) // and the current one
	for _, entry := range entries {
		id := versionID{entry.Name(), entry.Name()}
		if id.id == current {
			continue // a process was killed while it made room for a newer one
		}
		if id.id == noID {
			info, err := entry.Info()
			if err != nil {
				return nil, err
			}
			var at ulid.ULID
			if err := at.SetTime(ulid.Timestamp(info.ModTime())); err != nil {
				return nil, err
			}
			id.order = at.String()
		}
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b versionID) int { return strings.Compare(b.order, a.order) })
	return ids, nil
}

// behind returns the ids behind after.
func behind(ids []versionID, after string) []versionID {
	if i := slices.IndexFunc(ids, func(v versionID) bool { return v.id == after }); i >= 0 {
		return ids[i+1:]
	}
	if after == "" || after == noID { // when that one was nobody can tell any more
		return ids
	}
	return slices.DeleteFunc(ids, func(v versionID) bool { return v.order >= after })
}

// describe fills in what is kept with the file of a version.
func (b *backend) describe(v *version, folder, name, path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	etag, noEtag := b.attribute(folder, name, etagAttribute)
	marker, noMarker := b.attribute(folder, name, markerAttribute)
	checksums, noChecksums := b.attribute(folder, name, checksumsAttribute)
	if err := errors.Join(noEtag, noMarker, noChecksums); err != nil {
		return err
	}
	v.etag, v.marker, v.size, v.modified = string(etag), marker != nil, info.Size(), info.ModTime()
	if info.IsDir() {
		v.size = 0
	}
	if checksums == nil {
		return nil
	}
	return json.Unmarshal(checksums, &v.checksum)
}

// attribute returns what the gateway keeps under a name with a file, nil if it
// keeps nothing.
func (b *backend) attribute(folder, name, attribute string) ([]byte, error) {
	value, err := b.meta.RetrieveAttribute(nil, folder, name, attribute)
	if errors.Is(err, meta.ErrNoSuchKey) {
		return nil, nil
	}
	if err == nil && value == nil {
		value = []byte{}
	}
	return value, err
}
