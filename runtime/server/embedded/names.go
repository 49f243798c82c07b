package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/versity/versitygw/backend/posix"

	"github.com/bytepass/bytepass/runtime/files"
)

// CheckName returns nil if an object can have this key: here it is a file, so
// its name must be no folder's, and no folder above it a file. A deleted object
// stands in the way like any other, until its last version is gone. And some
// names are the store's own. The error is a *files.Problem with
// CodePathConflict, CodeNameTooLong or CodeInvalidKey.
//
// It is what the store itself looks at when the bytes arrive, in one system
// call; until then another upload may take the name.
func (s *Store) CheckName(bucket, key string) error {
	if name := reserved(key, s.cfg.Metadata); name != "" {
		return files.Problemf(files.CodeInvalidKey, "key", "the name %q is this store's own; choose another key", name)
	}
	info, err := os.Lstat(filepath.Join(s.cfg.Folder, objectsFolder, bucket, key))
	switch {
	case err == nil && info.IsDir():
		return files.Problemf(files.CodePathConflict, "key", "a folder has this name, so it cannot be a file here too; choose another key")
	case errors.Is(err, syscall.ENOTDIR):
		return files.Problemf(files.CodePathConflict, "key", "a folder in this key is a file, or was one and can be restored, so nothing can be below it here; choose another key")
	case err == nil, errors.Is(err, os.ErrNotExist):
		return nil
	}
	return fmt.Errorf("store: looking at a name: %w", err)
}

// reserved returns the part of a key that versitygw keeps for itself, in
// whatever case, because some file systems do not tell; empty if there is none.
// It never lists what has its hidden folder's name as a segment. Beside the
// files it keeps their attributes in folders called meta; one whose attribute
// etag is a folder makes the whole bucket unlistable.
func reserved(key string, m Metadata) string {
	last := ""
	for segment := range strings.SplitSeq(key, "/") {
		switch {
		case strings.EqualFold(segment, posix.MetaTmpDir):
			return segment
		case m == Sidecar && strings.EqualFold(last, sidecarFolder) && strings.EqualFold(segment, etagAttribute):
			return last + "/" + segment
		}
		last = segment
	}
	return ""
}
