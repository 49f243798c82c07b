package embedded

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

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

// The store's own names are refused by CheckName alone: the store takes them,
// and does not list what it took, or nothing any more.
func TestCheckNameRefusesTheStoresOwnNames(t *testing.T) {
	for _, m := range []Metadata{Attributes, Sidecar} {
		for key, refused := range map[string]bool{
			"u/alice/.sgwtmp": true, "u/alice/.sgwtmp/a": true, "u/alice/a/.sgwtmp/b/c": true, "u/.sgwtmp/a": true,
			"u/alice/.SgwTmp/a": true, "u/alice/sgwtmp/a": false, "u/alice/.sgwtmp.txt": false, "u/alice/a.sgwtmp": false,
			"u/alice/meta/etag": m == Sidecar, "u/alice/meta/etag/a": m == Sidecar, "u/alice/Meta/ETag/a": m == Sidecar,
			"u/alice/meta/etags": false, "u/alice/meta": false, "u/alice/etag": false, "u/alice/etag/meta": false,
			"u/alice/meta/version-id/a": false, "u/alice/meta/meta": false, "u/alice/a.inprogress": false,
		} {
			s := &Store{cfg: Config{Folder: t.TempDir(), Metadata: m}}
			if err := s.CheckName(*bucket, key); refused != (files.CodeOf(err) == files.CodeInvalidKey) || !refused && err != nil {
				t.Errorf("%s: %s: %v", m, key, err)
			}
		}
	}
}

// What CheckName lets through can be overwritten, is listed, and lets the
// others be listed.
func TestNamesThatLookReserved(t *testing.T) {
	both(t, func(t *testing.T, c *s3.Client, _ *told) {
		keys := []string{
			"u/a/meta/checksums/x", "u/a/meta/delete-marker", "u/a/meta/version-id/x", "u/b/meta", "u/c/meta/meta/objname", "u/d/.sgwtmp.1",
			"u/e/.probe-1", "u/e/marker-1", "u/f/" + strings.Repeat("x", 228), "u/g/" + strings.Repeat("y", 255),
		}
		for _, key := range keys {
			mustPut(t, c, key, "1")
			mustPut(t, c, key, "2")
		}
		out, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: bucket})
		if err != nil {
			t.Fatal(err)
		}
		var listed []string
		for _, o := range out.Contents {
			listed = append(listed, *o.Key)
		}
		if !slices.Equal(listed, keys) {
			t.Errorf("listed are %q", listed)
		}
		for _, key := range keys {
			if got := history(t, c, key); len(got) != 2 {
				t.Errorf("%s has %d versions", key, len(got))
			}
		}
	})
}

func BenchmarkCheckName(b *testing.B) {
	s := &Store{cfg: Config{Folder: b.TempDir()}}
	for b.Loop() {
		if err := s.CheckName("bucket", "u/dev/photos/2026/a.jpg"); err != nil {
			b.Fatal(err)
		}
	}
}
