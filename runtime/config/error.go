package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/bytepass/bytepass/runtime/env"
)

// Error is a setting that cannot be used. It is one line.
type Error struct {
	// Origin is the setting as it was written: "--listen", "BYTEPASS_LISTEN" or
	// "bytepass.yaml:3: listen".
	Origin string
	// Detail is what is wrong, and the remedy. It never holds a secret.
	Detail string
}

// Error returns the origin and the detail.
func (e *Error) Error() string { return e.Origin + ": " + e.Detail }

func bad(origin, format string, args ...any) error {
	return &Error{Origin: origin, Detail: fmt.Sprintf(format, args...)}
}

// FlagError returns what pflag says about a command line, in the words of this
// package: with the name that was most likely meant, and without a secret's
// value. Other errors are returned as they are.
func FlagError(flags *pflag.FlagSet, err error) error {
	var value *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &value):
		f := value.GetFlag()
		if isSecret(f) {
			return bad("--"+f.Name, "%v", value.Unwrap())
		}
		return bad("--"+f.Name, "%s", wrongValue(f, value.GetValue(), value.Unwrap()))
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var names []string
		flags.VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, f.Name)
			}
		})
		if meant := nearest(unknown.GetSpecifiedName(), names); meant != "" {
			return fmt.Errorf("%w; --%s was perhaps meant", err, meant)
		}
	}
	return err
}

// mostSlips is how many slips of the keyboard a misspelt name may have.
const mostSlips = 3

// nearest returns the name that was most likely meant by one that is unknown,
// or "" if none is near: the fewest slips away, at most one in three letters, or
// the first one that begins or ends with it as with a word.
func nearest(unknown string, names []string) string {
	unknown = strings.ToLower(strings.ReplaceAll(unknown, "_", "-"))
	names = slices.Sorted(slices.Values(names))
	best, fewest := "", min(mostSlips, len(unknown)/3)+1
	for _, name := range names {
		if n := env.Slips(unknown, name); n < fewest {
			best, fewest = name, n
		}
	}
	if best != "" {
		return best
	}
	for _, name := range names {
		if strings.HasPrefix(name, unknown+"-") || strings.HasSuffix(name, "-"+unknown) {
			return name
		}
	}
	return ""
}
