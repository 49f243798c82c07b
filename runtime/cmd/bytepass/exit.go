package main

import (
	"context"
	"errors"
	"io/fs"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/runtime/config"
	"github.com/bytepass/bytepass/runtime/server"
	"github.com/bytepass/bytepass/runtime/transfer"
	"github.com/bytepass/bytepass/runtime/verify"
)

// The exit codes of all commands.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2 // used or configured wrongly; nothing was touched
	exitNotFound    = 3 // there is no such file, or nothing to purge
	exitRefused     = 4 // no token, or one that may not do this
	exitDiffers     = 5 // a bucket is not what the template says, or lacks what is required
	exitInterrupted = 130
)

// exitCode returns the exit code of an error. Several failures have the code of
// all of them, or exitFailed.
func exitCode(err error) int {
	var all failures
	if errors.As(err, &all) {
		code := exitCode(all[0])
		for _, other := range all[1:] {
			if c := exitCode(other); c == exitInterrupted {
				return c
			} else if c != code {
				code = exitFailed
			}
		}
		return code
	}
	var setting *server.SettingError
	switch code := client.CodeOf(err); {
	case err == nil:
		return exitDone
	case errors.As(err, &setting), errors.As(err, new(*config.Error)), errors.As(err, new(usageError)), errors.Is(err, transfer.ErrArguments):
		return exitUsage
	case errors.As(err, new(differs)):
		return exitDiffers
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case code == client.CodeNotFound, errors.Is(err, fs.ErrNotExist):
		return exitNotFound
	case code == client.CodeUnauthenticated, code == client.CodeForbidden, errors.Is(err, verify.ErrRefused):
		return exitRefused
	}
	return exitFailed
}
