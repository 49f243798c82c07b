package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockedByte lies behind the end of every file: the bytes that a lock of Windows
// is about are nobody else's to read.
const lockedByte = 1 << 30

// Try takes the lock of the file until f is closed; it never waits. The error is
// ErrHeld, or what a file system without locks answers.
func Try(f *os.File) error {
	at := &windows.Overlapped{OffsetHigh: lockedByte}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrHeld
	}
	return err
}
