package embedded

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestKeysFromOn: a folder that enough was seen of is not gone through to its end,
// nor are those before the beginning.
func TestKeysFromOn(t *testing.T) {
	bucket := t.TempDir()
	for _, key := range []string{"a/1", "a/2", "a/deep/1", "a0", "b-", "b/1", "b/2", "c"} {
		path := filepath.Join(bucket, key)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, tc := range map[string]struct {
		from, at, raise string // from is raised at a key
		want            []string
	}{
		"all":             {"", "", "", []string{"a/", "a/1", "a/2", "a/deep/", "a/deep/1", "a0", "b-", "b/", "b/1", "b/2", "c"}},
		"from on":         {"a/deep/", "", "", []string{"a/deep/", "a/deep/1", "a0", "b-", "b/", "b/1", "b/2", "c"}},
		"a folder":        {"", "a/", past("a/"), []string{"a/", "a0", "b-", "b/", "b/1", "b/2", "c"}},
		"within a folder": {"", "a/1", past("a/"), []string{"a/", "a/1", "a0", "b-", "b/", "b/1", "b/2", "c"}},
		"two folders":     {past("a/"), "b/", past("b/"), []string{"a0", "b-", "b/", "c"}},
	} {
		from := tc.from
		var got []string
		for key, err := range keys(bucket, "", &from) {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, key); key == tc.at {
				from = tc.raise
			}
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}
