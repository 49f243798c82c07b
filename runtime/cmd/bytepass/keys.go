package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/transfer"
)

// checkTarget refuses what can be neither a key nor a folder of keys, before
// anything is sent. Whether a key is too long the service knows.
func checkTarget(target string) error {
	switch target {
	case "/":
		return nil
	case "-":
		return usageError{errors.New("- is standard input or output, and no key; write the key that the file is to have")}
	}
	return checkKey(target, strings.TrimSuffix(target, "/"))
}

// checkKey refuses the key that an argument means if it cannot be one.
func checkKey(argument, key string) error {
	_, err := files.ParseKey(key)
	var problem *files.Problem
	if errors.As(err, &problem) {
		return usageError{fmt.Errorf("%q is no good: %s", argument, problem.Detail)}
	}
	return err
}

// checkNames does so with the names of RemoteFiles; patterns and prefixes may be
// anything.
func checkNames(names []string, exact bool) error {
	for _, name := range names {
		if !exact && (transfer.IsPattern(name) || strings.HasSuffix(name, "/")) {
			continue
		}
		if err := checkKey(name, name); err != nil {
			return err
		}
	}
	return nil
}
