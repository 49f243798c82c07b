package bucket_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

// TestPagesOfVersions: S3 encodes keys when asked to, gives out pages, and
// tells times in seconds.
func TestPagesOfVersions(t *testing.T) {
	const head = `<ListVersionsResult><EncodingType>url</EncodingType>`
	entry := func(kind, key, id, time, latest string) string {
		return fmt.Sprintf("<%s><Key>%s</Key><VersionId>%s</VersionId><LastModified>2026-10-03T14:15:%s.000Z</LastModified><IsLatest>%s</IsLatest></%s>", kind, key, id, time, latest, kind)
	}
	var asked []string
	b := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		asked = append(asked, q.Get("key-marker")+" "+q.Get("version-id-marker"))
		switch q.Get("version-id-marker") {
		case "":
			io.WriteString(w, head+`<IsTruncated>true</IsTruncated><NextKeyMarker>a+b%2B</NextKeyMarker><NextVersionIdMarker>m1</NextVersionIdMarker>`+
				entry("DeleteMarker", "a+b%2B", "m2", "09", "true")+entry("Version", "a+b%2B", "v2", "08", "false")+entry("DeleteMarker", "a+b%2B", "m1", "08", "false")+`</ListVersionsResult>`)
		default:
			io.WriteString(w, head+`<IsTruncated>true</IsTruncated><NextKeyMarker>a+b%2Bc</NextKeyMarker><NextVersionIdMarker>x</NextVersionIdMarker>`+
				entry("Version", "a+b%2B", "v1", "07", "false")+entry("Version", "a+b%2Bc", "x", "10", "true")+`</ListVersionsResult>`)
		}
	})
	history, _, err := b.Versions(t.Context(), "a b+", "", 100)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, v := range history {
		ids = append(ids, v.VersionID)
	}
	if got := strings.Join(ids, " "); got != "m2 m1 v2 v1" {
		t.Errorf("history is %s", got)
	}
	if want := []string{" ", "a b+ m1"}; !slices.Equal(asked, want) {
		t.Errorf("asked for %q, want %q", asked, want)
	}
}

// TestPlainEndOfAPage: Ceph 16 encodes the keys of a page, but not that of its
// end, which may not even be an encoded one.
func TestPlainEndOfAPage(t *testing.T) {
	for _, key := range []string{"100%", "a+b", "%41", "plain"} {
		encoded := url.PathEscape(key)
		b := scripted(t, func(w http.ResponseWriter, r *http.Request) {
			id, more := "v2", true
			if r.URL.Query().Get("version-id-marker") != "" {
				id, more = "v1", false
			}
			fmt.Fprintf(w, "<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>%v</IsTruncated><NextKeyMarker>%s</NextKeyMarker><NextVersionIdMarker>%s</NextVersionIdMarker>"+
				"<Version><Key>%s</Key><VersionId>%[3]s</VersionId></Version></ListVersionsResult>", more, key, id, strings.ReplaceAll(encoded, "+", "%2B"))
		})
		if history, _, err := b.Versions(t.Context(), key, "", 100); err != nil || len(history) != 2 {
			t.Errorf("%q: %+v, %v", key, history, err)
		}
	}
}

// TestPagesOfOtherStores: versitygw lists the current version again behind
// itself, and MinIO adds to the key at which the next page begins.
func TestPagesOfOtherStores(t *testing.T) {
	all := []string{"v3", "v2", "v1"}
	for name, store := range map[string]struct{ note, again string }{
		"versitygw": {"", "v3"}, "MinIO": {"[minio_cache:v2,return:]", ""},
	} {
		b := scripted(t, func(w http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			first, size := 0, 0
			if marker := q.Get("version-id-marker"); marker != "" && marker != store.again {
				first = slices.Index(all, marker) + 1
			}
			fmt.Sscan(q.Get("max-keys"), &size)
			last := min(first+size, len(all))
			fmt.Fprintf(w, "<ListVersionsResult><IsTruncated>%v</IsTruncated><NextKeyMarker>a%s</NextKeyMarker><NextVersionIdMarker>%s</NextVersionIdMarker>", last < len(all), store.note, all[last-1])
			for _, id := range all[first:last] {
				fmt.Fprintf(w, "<Version><Key>a</Key><VersionId>%s</VersionId><IsLatest>%v</IsLatest></Version>", id, id == all[0])
			}
			io.WriteString(w, "</ListVersionsResult>")
		})
		for limit := 1; limit <= len(all)+1; limit++ {
			var got []string
			for after, more := "", true; more && len(got) <= len(all); more = after != "" {
				page, next, err := b.Versions(t.Context(), "a", after, limit)
				if err != nil || len(page) > limit {
					t.Fatalf("%s: %v, %v", name, page, err)
				}
				for _, v := range page {
					got = append(got, v.VersionID)
				}
				after = next
			}
			if !slices.Equal(got, all) {
				t.Errorf("%s, %d on a page: %q", name, limit, got)
			}
		}
	}
}

// TestPageBeginsNowhere: S3 knows its own version ids, and refuses others.
func TestPageBeginsNowhere(t *testing.T) {
	b := scripted(t, func(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusBadRequest, "InvalidArgument") })
	if _, _, err := b.Versions(t.Context(), "a", "x", 1); files.CodeOf(err) != files.CodeInvalidCursor {
		t.Errorf("got %v", err)
	}
	if _, _, err := b.Versions(t.Context(), "a", "", 1); files.CodeOf(err) != files.CodeInternal {
		t.Errorf("without a cursor: %v", err)
	}
}

func TestPagesOfKeys(t *testing.T) {
	b := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("encoding-type") != "url" || q.Get("prefix") != "a " {
			t.Errorf("asked for %s", r.URL.RawQuery)
		}
		if q.Get("continuation-token") == "" {
			io.WriteString(w, `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextContinuationToken>t+1</NextContinuationToken>`+
				`<Contents><Key>a+%01</Key><ETag>"e1"</ETag><Size>1</Size></Contents></ListBucketResult>`)
			return
		}
		if got := q.Get("continuation-token"); got != "t+1" {
			t.Errorf("the token is %q", got)
		}
		io.WriteString(w, `<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>a+`+url.QueryEscape("é+%")+`</Key><ETag>"e2"</ETag><Size>2</Size></Contents></ListBucketResult>`)
	})
	var got []string
	err := b.Keys(t.Context(), "a ", func(key, etag string, size int64) error {
		got = append(got, fmt.Sprintf("%q %s %d", key, etag, size))
		return nil
	})
	if want := []string{`"a \x01" e1 1`, `"a é+%" e2 2`}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}
