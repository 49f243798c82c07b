package config

import (
	"slices"

	"github.com/spf13/pflag"
)

// Settings knows where each setting of a command comes from.
type Settings struct {
	flags    *pflag.FlagSet
	origins  map[string]string // of what is not a default
	warnings []string
}

// written is the value of a setting as somebody wrote it.
type written struct {
	origin string
	texts  []string // one, or those of a list
	list   bool     // a list in the file
	kind   string   // YAML's tag of the value, such as "!!int", or of what is no text in a list; empty elsewhere
}

// Load sets what the command line, which is parsed already, has left out. The
// environment is as os.Environ returns it; foreign names variables in it that
// begin like ours and belong to somebody else. The error is an *Error. Load
// reads files and changes nothing but the flags' values.
func Load(flags *pflag.FlagSet, environ []string, foreign ...string) (*Settings, error) {
	s := &Settings{flags: flags, origins: map[string]string{}}
	if err := s.commandLine(); err != nil {
		return nil, err
	}
	variables, err := readEnviron(flags, environ, foreign)
	if err != nil {
		return nil, err
	}
	keys, err := s.file(variables)
	if err != nil {
		return nil, err
	}
	sources := []map[string]written{variables, keys}
	for _, name := range names(flags) {
		f := flags.Lookup(name)
		switch {
		case len(f.Annotations[secretOf]) > 0: // comes with its secret
		case isSecret(f):
			err = s.loadSecret(f, sources, lookup(environ, "CREDENTIALS_DIRECTORY"))
		default:
			err = s.load(f, sources)
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Origin returns a setting as it was written: "--listen", "BYTEPASS_LISTEN" or
// "bytepass.yaml:3: listen"; a setting that nobody wrote is named as the flag.
func (s *Settings) Origin(name string) string {
	if origin, ok := s.origins[name]; ok {
		return origin
	}
	if f := s.flags.Lookup(name); f != nil && isSecret(f) {
		return EnvName(name)
	}
	return "--" + name
}

// Warnings returns what works and should be better, a sentence each.
func (s *Settings) Warnings() []string { return slices.Clone(s.warnings) }

// commandLine notes what the command line has set.
func (s *Settings) commandLine() (err error) {
	s.flags.Visit(func(f *pflag.Flag) {
		if f.Changed && isSetting(f) {
			s.origins[f.Name] = "--" + f.Name
			if f.Value.Type() == "string" && f.Value.String() == "" && err == nil {
				err = bad("--"+f.Name, "is empty; write a value, or leave the flag out")
			}
		}
	})
	return err
}

// load sets a flag to what is written for it at the first place, if anywhere.
func (s *Settings) load(f *pflag.Flag, sources []map[string]written) error {
	if _, ok := s.origins[f.Name]; ok {
		return nil
	}
	for _, source := range sources {
		if w, ok := source[f.Name]; ok {
			s.origins[f.Name] = w.origin
			return set(f, w)
		}
	}
	return nil
}

// file reads the file that --config or BYTEPASS_CONFIG names, if any.
func (s *Settings) file(variables map[string]written) (map[string]written, error) {
	f := s.flags.Lookup(fileFlag)
	if f == nil {
		return nil, nil
	}
	if err := s.load(f, []map[string]written{variables}); err != nil {
		return nil, err
	}
	path := f.Value.String()
	if path == "" {
		return nil, nil
	}
	text, mode, err := content(path, maxFile)
	if err != nil {
		return nil, bad(s.origins[fileFlag], "%v; name a file of settings that this user can read", err)
	}
	keys, err := parse(path, text, names(s.flags))
	if err != nil {
		return nil, err
	}
	for _, name := range names(s.flags) {
		if w, ok := keys[name]; ok && isSecret(s.flags.Lookup(name)) {
			if err := s.checkMode(w.origin, path, mode); err != nil {
				return nil, err
			}
			break
		}
	}
	return keys, nil
}
