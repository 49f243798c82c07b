//go:build unix

package folder

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes the lock of the file, which the system drops with the process.
func lockFile(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrInUse
	}
	return err
}
