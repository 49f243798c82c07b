package config

import (
	"errors"
	"strings"
	"testing"
)

// FuzzParse: whatever is in the file, it loads or is refused in one line.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"listen: a:1\norigin: [a, b]\nquiet: true\n", "hook-secret: x\n", "? [a]\n: b\n", "a: &a [*a]\n", "<<: {listen: a}\n", "listen: !!binary aGk=\n",
		"listen: >-\n  a\n  b\n", "\xff\xfe", "%YAML 1.2\n---\n{}\n", "listen: a\n...\n---\nb", "- a\n", "\t", "\"a\\nb\": x\n",
	} {
		f.Add(text)
	}
	known := names(flagsOf(&options{}))
	f.Fuzz(func(t *testing.T, text string) {
		found, err := parse("bytepass.yaml", []byte(text), known)
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("more than a line: %v", err)
		}
		flags := flagsOf(&options{})
		for name, w := range found {
			if setting := flags.Lookup(name); !isSecret(setting) {
				err = errors.Join(err, set(setting, w))
			}
		}
		if told := (*Error)(nil); err != nil && !errors.As(err, &told) {
			t.Errorf("%T: %v", err, err)
		}
	})
}

// TestSecretInBrokenYAML: a secret that YAML takes for something else is in no
// error.
func TestSecretInBrokenYAML(t *testing.T) {
	for _, text := range []string{
		"*" + sesame, "&" + sesame + " x", "&" + sesame, "!" + sesame + " x", "[" + sesame, "{" + sesame, "'" + sesame, `"\` + sesame + `"`, "%" + sesame, "@" + sesame,
		"`" + sesame, sesame + ": x", "- " + sesame, "? " + sesame, "|" + sesame, ">" + sesame, "\"" + sesame + "\" x", sesame + "\nx", "\n - " + sesame + "\n x",
	} {
		_, err := parse("bytepass.yaml", []byte("hook-secret: "+text+"\n"), []string{"hook-secret"})
		if err != nil && strings.Contains(err.Error(), sesame) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
