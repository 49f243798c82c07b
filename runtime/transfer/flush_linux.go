package transfer

import (
	"os"
	"syscall"
)

// writeOut is SYNC_FILE_RANGE_WRITE of sync_file_range(2).
const writeOut = 2

// flushSoon has the system begin to write length bytes of a file to the disk,
// and does not wait for that. It promises nothing: Sync does.
func flushSoon(f *os.File, offset, length int64) {
	raw, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SyncFileRange(int(fd), offset, length, writeOut) //nolint:gosec // a descriptor is small
	})
}
