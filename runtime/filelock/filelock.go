// Package filelock keeps two processes from working on the same files. A lock
// is of an open file, and the system drops it when the file is closed, however
// the process ends: a kill leaves none behind.
package filelock

import "errors"

// ErrHeld is returned when somebody else holds the lock, in this process or in
// another.
var ErrHeld = errors.New("it is locked by somebody else")
