//go:build !linux && !darwin

package folder

import "errors"

// freeBytes does not know: not every system says it in the same way.
func freeBytes(string) (uint64, error) { return 0, errors.ErrUnsupported }
