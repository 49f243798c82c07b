package embedded

import (
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

// What CheckName says of a name is what the store says when the bytes arrive.
func TestCheckNameSaysWhatTheStoreWillSay(t *testing.T) {
	s, c, _ := startStore(t, Attributes)
	mustPut(t, c, "file", "1")
	mustPut(t, c, "folder/inside", "1")
	mustPut(t, c, "was/inside", "1")
	remove(t, c, "was/inside", "")
	mustPut(t, c, "deleted", "1")
	remove(t, c, "deleted", "")
	for _, key := range []string{"erased/inside", "gone"} {
		marker := mustPut(t, c, key, "1")
		remove(t, c, key, marker)
	}
	for key, code := range map[string]files.Code{
		"new": "", "new/inside": "", "file": "", "deleted": "", "folder/other": "", "filer/x": "", "gone/inside": "", "erased": "",
		"file/inside": files.CodePathConflict, "file/far/inside": files.CodePathConflict, "deleted/inside": files.CodePathConflict,
		"folder": files.CodePathConflict, "was": files.CodePathConflict,
		strings.Repeat("x", 255): "",
	} {
		if err := s.CheckName(*bucket, key); files.CodeOf(err) != code {
			t.Errorf("%.20s: %v; want %q", key, err, code)
		}
		version, err := put(t.Context(), c, key, "2")
		if (err == nil) != (code == "") {
			t.Errorf("%.20s: the store says %v", key, err)
		}
		if err == nil && key != "file" && key != "deleted" {
			remove(t, c, key, version)
		}
	}
}

func BenchmarkCheckName(b *testing.B) {
	s := &Store{cfg: Config{Folder: b.TempDir()}}
	for b.Loop() {
		if err := s.CheckName("bucket", "u/dev/photos/2026/a.jpg"); err != nil {
			b.Fatal(err)
		}
	}
}
