package transfer

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, tc := range []struct {
		pattern, key string
		want         bool
	}{
		{"a", "a", true},
		{"a", "ab", false},
		{"*.jpg", "a.jpg", true},
		{"*.jpg", "b/a.jpg", false},
		{"**.jpg", "b/c/a.jpg", true},
		{"b/*/a", "b/c/a", true},
		{"b/*/a", "b/c/d/a", false},
		{"b/**/a", "b/c/d/a", true},
		{"?.txt", "é.txt", true},
		{"?.txt", "ab.txt", false},
		{"a?b", "a/b", false},
		{"*", "", true},
		{"?", "", false},
		{"[ab]", "a", false}, // no classes: brackets are common in names
		{"[ab]", "[ab]", true},
	} {
		if got := Match(tc.pattern, tc.key); got != tc.want {
			t.Errorf("Match(%q, %q) = %v", tc.pattern, tc.key, got)
		}
	}
}

func TestLocalFiles(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"a.txt", "b.jpg", "c.jpg", "photos/1.jpg", "photos/deep/2.jpg", "odd[1].txt", "photos/.bytepass-00112233445566ff.part", "photos/.bytepass-00112233445566ff.part.json", "own/.bytepass-notes.part"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(name), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Symlink(dir, "photos/loop"), os.Symlink(filepath.Join(dir, "a.txt"), "photos/link"), os.Symlink("photos/deep", "album")); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		sources []string
		target  string
		keys    []string
		errs    int
		is      error
	}{
		"a file":             {[]string{"a.txt"}, "k", []string{"k"}, 0, nil},
		"into a folder":      {[]string{"a.txt"}, "x/", []string{"x/a.txt"}, 0, nil},
		"at the top":         {[]string{"a.txt"}, "/", []string{"a.txt"}, 0, nil},
		"a pattern":          {[]string{"*.jpg"}, "x/", []string{"x/b.jpg", "x/c.jpg"}, 0, nil},
		"a folder":           {[]string{"photos"}, "x/", []string{"x/photos/1.jpg", "x/photos/deep/2.jpg", "x/photos/link"}, 1, nil},
		"what is in it":      {[]string{"photos/"}, "x/", []string{"x/1.jpg", "x/deep/2.jpg", "x/link"}, 1, nil},
		"a link to a folder": {[]string{"album"}, "x/", []string{"x/album/2.jpg"}, 0, nil},
		"what is behind it":  {[]string{"album/"}, "x/", []string{"x/2.jpg"}, 0, nil},
		"an odd target":      {[]string{"photos/deep"}, "x/../y//", []string{"x/../y//deep/2.jpg"}, 0, nil}, // for the service to refuse
		"a name of brackets": {[]string{"odd[1].txt"}, "x/", []string{"x/odd[1].txt"}, 0, nil},
		"an odd file":        {[]string{"own"}, "x/", []string{"x/own/.bytepass-notes.part"}, 0, nil},
		"several to a key":   {[]string{"a.txt", "b.jpg"}, "k", nil, 1, ErrArguments},
		"a folder to a key":  {[]string{"photos"}, "k", nil, 1, ErrArguments},
		"nothing like it":    {[]string{"*.png"}, "x/", nil, 1, fs.ErrNotExist},
		"one missing":        {[]string{"no", "a.txt"}, "x/", []string{"x/a.txt"}, 1, fs.ErrNotExist},
	} {
		t.Run(name, func(t *testing.T) {
			var keys []string
			var errs []error
			for l, err := range LocalFiles(tc.sources, tc.target) {
				if err != nil {
					errs = append(errs, err)
					continue
				}
				keys = append(keys, l.Key)
			}
			slices.Sort(keys)
			if !slices.Equal(keys, tc.keys) || len(errs) != tc.errs || tc.is != nil && !errors.Is(errs[0], tc.is) || errs != nil && strings.HasPrefix(errs[0].Error(), "arguments") {
				t.Errorf("keys %q, errors %v", keys, errs)
			}
		})
	}
}

func TestDistinct(t *testing.T) {
	items := func(yield func([2]string, error) bool) {
		for _, item := range [][2]string{{"a/x", "x"}, {"b/y", "y"}, {"b/x", "x"}, {"a/x", "x"}} {
			if !yield(item, nil) {
				return
			}
		}
	}
	var passed, refused [][2]string
	for item, err := range Distinct(items, func(item [2]string) (from, to string) { return item[0], item[1] }) {
		if err != nil {
			refused = append(refused, item)
			continue
		}
		passed = append(passed, item)
	}
	if !slices.Equal(passed, [][2]string{{"a/x", "x"}, {"b/y", "y"}}) || !slices.Equal(refused, [][2]string{{"b/x", "x"}}) {
		t.Errorf("passed %q, refused %q", passed, refused)
	}
}

func TestLocalPath(t *testing.T) {
	if p, err := LocalPath("out", "a/b.txt"); err != nil || p != filepath.Join("out", "a", "b.txt") {
		t.Errorf("%q, %v", p, err)
	}
	for _, bad := range []string{"../a", "/etc/passwd", ""} {
		if p, err := LocalPath("out", bad); err == nil {
			t.Errorf("%q goes to %q", bad, p)
		}
	}
}
