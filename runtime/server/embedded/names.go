package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/bytepass/bytepass/runtime/files"
)

// CheckName returns nil if an object can have this key: here it is a file, so
// its name must be no folder's, and no folder above it a file. A deleted object stands in the way like any other, until its last
// version is gone. The error is a *files.Problem with CodePathConflict or
// CodeNameTooLong.
//
// It is what the store itself looks at when the bytes arrive, in one system
// call; until then another upload may take the name.
func (s *Store) CheckName(bucket, key string) error {
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
