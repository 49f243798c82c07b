// Package accept asks a real S3 server what it thinks of what package sign
// signs: that it accepts the one request that was meant, and no other. Only
// tests are in it. They are apart from those of package sign because the
// server changes the working directory of its process.
package accept

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign"
	"github.com/bytepass/bytepass/runtime/storetest"
)

const minute = time.Minute

// helloSum is the SHA-256 of "hello" in base64.
const helloSum = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="

// awkwardKeys are keys that have broken signers, proxies and stores.
var awkwardKeys = []files.Key{
	"plain.txt", "with space", "a+b", "100%", "%2F", "what?", "#1", "a&b=c", "é", "日本語.txt", "💾", "שלום/עולם",
	"a\\b", "a:b;c,d", "$!*'()", "<>\"{}|^`~", "deep/" + files.Key(strings.Repeat("d/", 49)) + "end", "x/presign?y",
	// 1,024 bytes with the space before it, in segments that a file system holds.
	files.Key(strings.Repeat(strings.Repeat("k", 200)+"/", 5) + strings.Repeat("k", 11)),
}

func signer(t *testing.T, store *storetest.Store, now func() time.Time) *sign.Signer {
	t.Helper()
	s, err := sign.New(sign.Config{
		Endpoint: store.Endpoint, Region: store.Region, Bucket: store.Bucket, PathStyle: true, Now: now,
		Credentials: sign.Static(sign.Credentials{AccessKeyID: store.AccessKey, SecretAccessKey: store.SecretKey}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func alice(t *testing.T) files.Space {
	t.Helper()
	space, err := files.Person("alice")
	if err != nil {
		t.Fatal(err)
	}
	return space
}

// send sends a request and returns the status, S3's error code or the body,
// and the headers of the answer.
func send(t *testing.T, method, url string, headers map[string]string, body string) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if code := regexp.MustCompile(`<Code>(\w+)</Code>`).FindSubmatch(answer); code != nil {
		return res.StatusCode, string(code[1]), res.Header
	}
	return res.StatusCode, string(answer), res.Header
}

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
	p, err := s.PresignPut(t.Context(), u, minute)
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
		{"a longer life", "PUT", strings.Replace(p.URL, "Expires=60", "Expires=600", 1), headers, "hello", 403},
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
	}, minute)
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
	p, err := signer(t, store, time.Now).PresignPut(t.Context(), files.Upload{Space: alice(t), Key: "empty", Size: 0}, minute)
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
			p, err := s.PresignPut(t.Context(), u, minute)
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
			get, err := s.PresignGet(t.Context(), d, minute)
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

func TestExpired(t *testing.T) {
	store := storetest.Start(t)
	past := signer(t, store, func() time.Time { return time.Now().Add(-minute - time.Second) })
	p, err := past.PresignPut(t.Context(), files.Upload{Space: alice(t), Key: "late", MimeType: "text/plain", Size: 5}, minute)
	if err != nil {
		t.Fatal(err)
	}
	if got, code, _ := send(t, "PUT", p.URL, p.Headers.Map(), "hello"); got != 403 {
		t.Errorf("an expired PUT: got %d %s", got, code)
	}
	post, err := past.PresignPost(t.Context(), sign.PostForm{ObjectKey: "u/alice/late", MaxSize: 5}, minute)
	if err != nil {
		t.Fatal(err)
	}
	if got, code := sendForm(t, post, nil, "hello"); got != 403 {
		t.Errorf("an expired form: got %d %s", got, code)
	}
}

// TestParts sends the parts of a multipart upload by URLs that are bound to
// their number, length and upload.
func TestParts(t *testing.T) {
	store := storetest.Start(t)
	s := signer(t, store, time.Now)
	object := "u/alice/ä b+c"
	create, _, err := s.Presign(t.Context(), sign.Request{Method: "POST", Key: object, Query: []sign.Param{{Name: "uploads"}}, Life: minute})
	if err != nil {
		t.Fatal(err)
	}
	status, answer, _ := send(t, "POST", create, nil, "")
	id := regexp.MustCompile(`<UploadId>([^<]+)</UploadId>`).FindStringSubmatch(answer)
	if status != 200 || id == nil {
		t.Fatalf("creating: got %d %s", status, answer)
	}
	p, err := s.PresignPart(t.Context(), files.PartUpload{ObjectKey: object, UploadID: id[1], Number: 1, Size: 5}, minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, url, body string
		want            int
	}{
		{"a longer part", p.URL, "hello!", 403},
		{"another number", strings.Replace(p.URL, "partNumber=1", "partNumber=2", 1), "hello", 403},
		{"another upload", strings.Replace(p.URL, "uploadId=", "uploadId=0", 1), "hello", 403},
		{"what was signed", p.URL, "hello", 200},
		{"the same again", p.URL, "hello", 200},
	} {
		if got, code, _ := send(t, "PUT", tc.url, nil, tc.body); got != tc.want {
			t.Errorf("%s: got %d %s, want %d", tc.name, got, code, tc.want)
		}
	}
	parts, err := store.Client.ListParts(t.Context(), &s3.ListPartsInput{Bucket: &store.Bucket, Key: &object, UploadId: &id[1]})
	if err != nil || len(parts.Parts) != 1 || aws.ToInt64(parts.Parts[0].Size) != 5 {
		t.Errorf("the store has %+v, %v", parts, err)
	}
}

// TestPost tries each way of not sending the form that was signed, then the
// form.
func TestPost(t *testing.T) {
	store := storetest.Start(t)
	post, err := signer(t, store, time.Now).PresignPost(t.Context(), sign.PostForm{
		ObjectKey: "u/alice/ä b+c.txt", MinSize: 2, MaxSize: 5, MimeType: "text/plain",
		Fields: map[string]string{files.DeclarationHeader: `{"l":5}`, "success_action_status": "201"},
	}, minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		change map[string]string
		body   string
		want   int
	}{
		{"too large", nil, "hello!", 400},
		{"too small", nil, "h", 400},
		{"another key", map[string]string{"key": "u/alice/other"}, "hello", 403},
		{"another type", map[string]string{"Content-Type": "text/html"}, "hello", 403},
		{"another declaration", map[string]string{files.DeclarationHeader: `{"l":6}`}, "hello", 403},
		{"further metadata", map[string]string{"x-amz-meta-more": "1"}, "hello", 403},
		{"another signature", map[string]string{"x-amz-signature": strings.Repeat("0", 64)}, "hello", 403},
		{"what was signed", nil, "hello", 201},
	} {
		if got, code := sendForm(t, post, tc.change, tc.body); got != tc.want {
			t.Errorf("%s: got %d %s, want %d", tc.name, got, code, tc.want)
		}
	}
	head, err := store.Client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &store.Bucket, Key: aws.String("u/alice/ä b+c.txt")})
	if err != nil || head.Metadata[files.DeclarationMeta] != `{"l":5}` || aws.ToString(head.ContentType) != "text/plain" {
		t.Errorf("stored as %+v, %v", head, err)
	}
}

// sendForm posts the form with some fields changed, the file last.
func sendForm(t *testing.T, post sign.Post, change map[string]string, body string) (int, string) {
	t.Helper()
	fields := maps.Clone(post.Fields)
	maps.Copy(fields, change)
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	file, err := form.CreateFormFile("file", "name.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(file, body); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	status, code, _ := send(t, "POST", post.URL, map[string]string{"Content-Type": form.FormDataContentType()}, b.String())
	return status, code
}
