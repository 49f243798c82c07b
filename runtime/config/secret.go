package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
)

// fileSuffix makes the name of a secret that of its file.
const fileSuffix = "-file"

// secret is the value of a flag that the command line may not set.
type secret struct {
	target *string
	name   string
}

// Set implements pflag.Value: it refuses, because every user of a machine can
// read the command lines of all processes.
func (s *secret) Set(string) error {
	return errors.New("a secret is not written on the command line, where others can read it; set " +
		EnvName(s.name) + ", or name a file that holds it with --" + s.name + fileSuffix)
}

// String implements pflag.Value: a secret has no text that may be shown.
func (s *secret) String() string { return "" }

// Type implements pflag.Value.
func (s *secret) Type() string { return "secret" }

// loadSecret sets a secret to what the first place has that holds it or names
// its file: the command line, the sources, the credentials folder of systemd
// (systemd.exec(5), LoadCredential=), where it is a file of the secret's name.
func (s *Settings) loadSecret(f *pflag.Flag, sources []map[string]written, credentials string) error {
	file := s.flags.Lookup(f.Name + fileSuffix)
	if origin, ok := s.origins[file.Name]; ok {
		return s.fromFile(f, origin, file.Value.String())
	}
	for _, source := range sources {
		direct, isDirect := source[f.Name]
		named, isNamed := source[file.Name]
		switch {
		case isDirect && isNamed:
			return bad(direct.origin, "contradicts %s; keep one of them", named.origin)
		case isDirect:
			if direct.list {
				return bad(direct.origin, "takes one value, not a list")
			}
			return s.take(f, direct.origin, direct.texts[0], "")
		case isNamed:
			if err := set(file, named); err != nil {
				return err
			}
			s.origins[file.Name] = named.origin
			return s.fromFile(f, named.origin, named.texts[0])
		}
	}
	if credentials == "" {
		return nil
	}
	path := filepath.Join(credentials, f.Name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return s.fromFile(f, path, path)
}

// fromFile sets a secret to what a file holds.
func (s *Settings) fromFile(f *pflag.Flag, origin, path string) error {
	text, mode, err := content(path, maxSecret)
	if err != nil {
		return bad(origin, "%v; name a file that this user can read and that holds the secret alone", err)
	}
	if err := s.checkMode(origin, path, mode); err != nil {
		return err
	}
	return s.take(f, origin, string(text), path+" ")
}

// take sets a secret to a text of one line, found in a place. A line end after
// it does not count: editors write one.
func (s *Settings) take(f *pflag.Flag, origin, text, place string) error {
	text = strings.TrimRight(text, "\r\n")
	switch {
	case text == "":
		return bad(origin, "%sis empty; write the secret there", place)
	case strings.ContainsAny(text, "\r\n\x00"):
		return bad(origin, "%sholds more than a line; write the secret alone there", place)
	}
	*f.Value.(*secret).target, s.origins[f.Name] = text, origin
	f.Changed = true
	return nil
}

// Bits of a file's mode.
const (
	othersRead  fs.FileMode = 0o004
	othersWrite fs.FileMode = 0o002
)

// checkMode looks at who else can open a file that holds a secret. What
// everybody can write is nobody's secret, and refused. What everybody can read
// is a warning only, because container platforms mount secrets that way, where
// there is nobody else.
func (s *Settings) checkMode(origin, path string, mode fs.FileMode) error {
	if !mode.IsRegular() {
		return nil
	}
	if mode&othersWrite != 0 {
		return bad(origin, "every user of this machine can change %s; take that away with chmod o-rw", path)
	}
	if mode&othersRead != 0 {
		s.warnings = append(s.warnings, "every user of this machine can read "+path+", which holds a secret; chmod o-r takes that away")
	}
	return nil
}
