package accept

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign"
	"github.com/bytepass/bytepass/runtime/storetest"
)

// TestPut tries each way of not sending what was signed, then what was signed,
// then that again.
func TestPut(t *testing.T) {
	store := storetest.Start(t)
	s := signer(t, store, time.Now)
	size := int64(5)
	u := files.Upload{
		Space: alice(t), Key: "a/b c+d.txt", MimeType: "text/plain", Size: size, ChecksumSHA256: helloSum, NoOverwrite: true,
		Declaration: files.Declaration{Size: &size, Name: "Größe  1.txt", Metadata: map[string]string{"album": "x"}},
	}
	p, err := s.PresignPut(t.Context(), u, life)
	if err != nil {
		t.Fatal(err)
	}
	headers := p.Headers.Map()
	with := func(name, value string) map[string]string {
		changed := maps.Clone(headers)
		changed[name] = value
		if value == "" {
			delete(changed, name)
		}
		return changed
	}
	for _, tc := range []struct {
		name    string
		method  string
		url     string
		headers map[string]string
		body    string
		want    int
	}{
		{"another type", "PUT", p.URL, with("Content-Type", "text/html"), "hello", 403},
		{"no type", "PUT", p.URL, with("Content-Type", ""), "hello", 403},
		{"a longer body", "PUT", p.URL, headers, "hello!", 403},
		{"a shorter body", "PUT", p.URL, headers, "hell", 403},
		{"without if-none-match", "PUT", p.URL, with("If-None-Match", ""), "hello", 403},
		{"without the declaration", "PUT", p.URL, with(files.DeclarationHeader, ""), "hello", 403},
		{"another declaration", "PUT", p.URL, with(files.DeclarationHeader, `{"s":6}`), "hello", 403},
		{"further metadata", "PUT", p.URL, with("x-amz-meta-more", "1"), "hello", 403},
		{"another access", "PUT", p.URL, with("x-amz-acl", "public-read"), "hello", 403},
		{"another checksum", "PUT", p.URL, with("x-amz-checksum-sha256", strings.Replace(helloSum, "L", "M", 1)), "hello", 403},
		{"another key", "PUT", strings.Replace(p.URL, "b%20c", "b%20d", 1), headers, "hello", 403},
		{"another space", "PUT", strings.Replace(p.URL, "alice", "bobby", 1), headers, "hello", 403},
		{"a longer life", "PUT", strings.Replace(p.URL, "Expires=900", "Expires=9000", 1), headers, "hello", 403},
		{"another method", "DELETE", p.URL, headers, "hello", 403},
		{"reading", "GET", p.URL, nil, "", 403},
		{"other bytes", "PUT", p.URL, headers, "hellO", 400},
		{"what was signed", "PUT", p.URL, headers, "hello", 200},
		{"the same again", "PUT", p.URL, headers, "hello", 412},
	} {
		if got, code, _ := send(t, tc.method, tc.url, tc.headers, tc.body); got != tc.want {
			t.Errorf("%s: got %d %s, want %d", tc.name, got, code, tc.want)
		}
	}
	head, err := store.Client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &store.Bucket, Key: aws.String("u/alice/a/b c+d.txt")})
	if err != nil {
		t.Fatal(err)
	}
	declared, ok := files.ParseDeclaration(head.Metadata[files.DeclarationMeta])
	if !ok || declared.Name != u.Declaration.Name || aws.ToString(head.ContentType) != "text/plain" {
		t.Errorf("stored as %s with %q", aws.ToString(head.ContentType), head.Metadata[files.DeclarationMeta])
	}
}

// TestPutWithoutSize: the clients of the short form send Content-Type only, so
// the length is open and the declaration is in the URL.
func TestPutWithoutSize(t *testing.T) {
	store := storetest.Start(t)
	limit := int64(1000)
	p, err := signer(t, store, time.Now).PresignPut(t.Context(), files.Upload{
		Space: alice(t), Key: "a.txt", MimeType: "text/plain", Size: files.SizeUnknown, Declaration: files.Declaration{MaxSize: &limit},
	}, life)
	if err != nil {
		t.Fatal(err)
	}
	if got, code, _ := send(t, "PUT", strings.Replace(p.URL, "1000", "9000", 1), p.Headers.Map(), "hello"); got != 403 {
		t.Errorf("another limit: got %d %s", got, code)
	}
	if got, code, _ := send(t, "PUT", p.URL, map[string]string{"Content-Type": "text/plain"}, "hello"); got != 200 {
		t.Errorf("got %d %s", got, code)
	}
}

// TestEmptyFile: its length is bound, too.
func TestEmptyFile(t *testing.T) {
	store := storetest.Start(t)
	p, err := signer(t, store, time.Now).PresignPut(t.Context(), files.Upload{Space: alice(t), Key: "empty", Size: 0}, life)
	if err != nil {
		t.Fatal(err)
	}
	if got, code, _ := send(t, "PUT", p.URL, nil, "x"); got != 403 {
		t.Errorf("one byte: got %d %s", got, code)
	}
	if got, code, _ := send(t, "PUT", p.URL, nil, ""); got != 200 {
		t.Errorf("nothing: got %d %s", got, code)
	}
}

func TestExpired(t *testing.T) {
	store := storetest.Start(t)
	past := signer(t, store, func() time.Time { return time.Now().Add(-life - time.Second) })
	p, err := past.PresignPut(t.Context(), files.Upload{Space: alice(t), Key: "late", MimeType: "text/plain", Size: 5}, life)
	if err != nil {
		t.Fatal(err)
	}
	if got, code, _ := send(t, "PUT", p.URL, p.Headers.Map(), "hello"); got != 403 {
		t.Errorf("an expired PUT: got %d %s", got, code)
	}
	post, err := past.PresignPost(t.Context(), sign.PostForm{ObjectKey: "u/alice/late", MaxSize: 5}, life)
	if err != nil {
		t.Fatal(err)
	}
	if got, code := sendForm(t, post, nil, "hello"); got != 403 {
		t.Errorf("an expired form: got %d %s", got, code)
	}
}
