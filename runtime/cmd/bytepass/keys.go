package main

import (
	"fmt"
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/transfer"
)

// checkTarget refuses what can be neither a key nor a folder of keys, before
// anything is sent. Whether a key is too long the service knows.
func checkTarget(target string) error {
	if target == "/" {
		return nil
	}
	if _, err := files.ParseKey(strings.TrimSuffix(target, "/")); err != nil {
		return usageError{fmt.Errorf("%q cannot be a key: %w", target, err)}
	}
	return nil
}

// checkNames does so with the names of RemoteFiles; patterns and prefixes may be
// anything.
func checkNames(names []string, exact bool) error {
	for _, name := range names {
		if !exact && (transfer.IsPattern(name) || strings.HasSuffix(name, "/")) {
			continue
		}
		if _, err := files.ParseKey(name); err != nil {
			return usageError{fmt.Errorf("%q cannot be a key: %w", name, err)}
		}
	}
	return nil
}
