package accept

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/storetest"
)

// awkwardKeys are keys that have broken signers, proxies and stores.
var awkwardKeys = []files.Key{
	"plain.txt", "with space", "a+b", "100%", "%2F", "what?", "#1", "a&b=c", "é", "日本語.txt", "💾", "שלום/עולם",
	"a\\b", "a:b;c,d", "$!*'()", "<>\"{}|^`~", "deep/" + files.Key(strings.Repeat("d/", 49)) + "end", "x/presign?y",
	// 1,024 bytes with the space before it, in segments that a file system holds.
	files.Key(strings.Repeat(strings.Repeat("k", 200)+"/", 5) + strings.Repeat("k", 11)),
}

// TestAwkwardKeys takes each key there and back, pinned to its version, with
// the headers of the answer as they were signed.
func TestAwkwardKeys(t *testing.T) {
	store := storetest.Start(t)
	s := signer(t, store, time.Now)
	for i, key := range awkwardKeys {
		u := files.Upload{Space: alice(t), Key: key, MimeType: "text/plain", Size: 5}
		object, err := u.Space.ObjectKey(key)
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range []string{fmt.Sprintf("%05d", i), "newer"} {
			p, err := s.PresignPut(t.Context(), u, life)
			if err != nil {
				t.Fatal(err)
			}
			status, code, header := send(t, "PUT", p.URL, p.Headers.Map(), body)
			if status != 200 {
				t.Fatalf("%q: got %d %s", key, status, code)
			}
			if body == "newer" {
				continue
			}
			d := files.Download{
				ObjectKey: object, VersionID: header.Get("x-amz-version-id"), MimeType: "application/x-test",
				Disposition: `attachment; filename="a b+c.txt"; filename*=UTF-8''%C3%A9`, CacheControl: "private, max-age=60",
			}
			get, err := s.PresignGet(t.Context(), d, life)
			if err != nil {
				t.Fatal(err)
			}
			// Read after the newer version is there, see below.
			defer func() {
				status, got, header := send(t, "GET", get.URL, nil, "")
				if status != 200 || got != body || header.Get("Content-Type") != d.MimeType ||
					header.Get("Content-Disposition") != d.Disposition || header.Get("Cache-Control") != d.CacheControl {
					t.Errorf("%q: got %d %q with %v", key, status, got, header)
				}
				if status, code, _ := send(t, "GET", strings.Replace(get.URL, "attachment", "inline", 1), nil, ""); status != 403 {
					t.Errorf("%q: another disposition: got %d %s", key, status, code)
				}
				if status, code, _ := send(t, "GET", strings.Replace(get.URL, "versionId="+d.VersionID, "versionId=null", 1), nil, ""); status != 403 {
					t.Errorf("%q: another version: got %d %s", key, status, code)
				}
			}()
		}
		if _, err := store.Client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &store.Bucket, Key: &object}); err != nil {
			t.Errorf("%q is not where the SDK looks for it: %v", key, err)
		}
	}
}
