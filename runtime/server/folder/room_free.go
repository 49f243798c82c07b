//go:build linux || darwin

package folder

import (
	"fmt"
	"syscall"
)

// freeBytes returns how many bytes others than root can still write to the
// disk of path.
func freeBytes(path string) (uint64, error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(path, &disk); err != nil {
		return 0, fmt.Errorf("asking for the room of %s: %w", path, err)
	}
	return disk.Bavail * uint64(disk.Bsize), nil //nolint:gosec // a block's size is not negative
}
