package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/runtime/files"
)

const emptySum = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

// What the published clients send, to the letter, and what they get.
func TestPublishedClients(t *testing.T) {
	r := newRig(t, nil)

	t.Run("browser client", func(t *testing.T) {
		got := into[map[string]any](t, r.do("alice", http.MethodPost, "/api/upload-url", `{"filename":"a b.jpg","fileType":"image/jpeg"}`, "Content-Type", "application/json"))
		if got["key"] != "a b.jpg" || !strings.HasPrefix(got["url"].(string), "https://bucket.s3.eu-central-1.amazonaws.com/u/alice/a%20b.jpg?") {
			t.Errorf("got %v", got)
		}
		if headers := got["headers"].(map[string]any); len(headers) != 1 || headers["Content-Type"] != "image/jpeg" {
			t.Errorf("the client would have to send %v", headers)
		}
		wantSigned(t, got["url"].(string), 60*time.Second, "content-type;host")
	})

	t.Run("storage client", func(t *testing.T) {
		got := into[map[string]any](t, r.do("alice", http.MethodPost, "/api/files/test.jpg/presign", `{"mimeType":"image/jpeg","size":1024}`, "Content-Type", "application/x-www-form-urlencoded"))
		if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, []string{"contentLength", "expiresAt", "headers", "key", "method", "url"}) {
			t.Errorf("the answer has %v", names)
		}
		if got["key"] != "test.jpg" || got["method"] != "PUT" || got["contentLength"] != 1024.0 || got["expiresAt"] != "2026-01-02T15:09:05Z" {
			t.Errorf("got %v", got)
		}
		if headers := got["headers"].(map[string]any); len(headers) != 1 || headers["Content-Type"] != "image/jpeg" {
			t.Errorf("the client would have to send %v", headers)
		}
		wantSigned(t, got["url"].(string), 5*time.Minute, "content-length;content-type;host")
	})
}

// wantSigned checks how long a URL lives and which headers it binds.
func wantSigned(t *testing.T, signed string, life time.Duration, headers string) {
	t.Helper()
	u, err := url.Parse(signed)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("X-Amz-Expires") != fmt.Sprint(int(life.Seconds())) || q.Get("X-Amz-SignedHeaders") != headers {
		t.Errorf("the URL lives %s s and binds %s; want %v and %s", q.Get("X-Amz-Expires"), q.Get("X-Amz-SignedHeaders"), life, headers)
	}
}

func TestPresignOptions(t *testing.T) {
	r := newRig(t, nil)
	for name, tc := range map[string]struct {
		body    string
		headers map[string]string
	}{
		"none":            {`{"key":"a","mimeType":"a/b","size":1}`, map[string]string{"Content-Type": "a/b"}},
		"unknown type":    {`{"key":"a","mimeType":"","size":1}`, map[string]string{}},
		"checksum":        {`{"key":"a","mimeType":"a/b","size":0,"checksumSHA256":"` + emptySum + `"}`, map[string]string{"Content-Type": "a/b", "x-amz-checksum-sha256": emptySum}},
		"no overwrite":    {`{"key":"a","mimeType":"a/b","size":1,"overwrite":false}`, map[string]string{"Content-Type": "a/b", "If-None-Match": "*"}},
		"overwrite":       {`{"key":"a","mimeType":"a/b","size":1,"overwrite":true}`, map[string]string{"Content-Type": "a/b"}},
		"no options, say": {`{"key":"a","mimeType":"a/b","size":1,"overwrite":null,"metadata":{},"name":"","checksumSHA256":""}`, map[string]string{"Content-Type": "a/b"}},
		"metadata and name": {
			`{"key":"a","mimeType":"a/b","size":1,"metadata":{"k":"é"},"name":"A"}`,
			map[string]string{"Content-Type": "a/b", "x-amz-meta-bytepass": `{"s":1,"t":"a/b","n":"A","m":{"k":"\u00e9"}}`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := into[struct {
				PresignedUpload
				Headers map[string]string `json:"headers"`
			}](t, r.do("alice", http.MethodPost, "/api/presign", tc.body))
			if !maps.Equal(got.Headers, tc.headers) {
				t.Errorf("the client has to send %v; want %v", got.Headers, tc.headers)
			}
		})
	}
}

// A caller may ask for a URL that dies sooner, by both routes, never for one
// that lives longer.
func TestPresignForLess(t *testing.T) {
	r := newRig(t, nil)
	for said, life := range map[string]time.Duration{"1": time.Second, "6e1": time.Minute, "300": 5 * time.Minute, "null": 5 * time.Minute} {
		for path, key := range map[string]string{"/api/presign": `"key":"a",`, "/api/files/a/presign": ""} {
			got := into[PresignedUpload](t, r.do("alice", http.MethodPost, path, `{`+key+`"mimeType":"a/b","size":1,"expiresIn":`+said+`}`))
			wantSigned(t, got.URL, life, "content-length;content-type;host")
			if !got.ExpiresAt.Equal(start.Add(life)) {
				t.Errorf("expiresIn %s: until %v", said, got.ExpiresAt)
			}
		}
	}
	for _, said := range []string{"0", "-1", "301", "1e15", "1.5", `"60"`} {
		wantProblem(t, r.do("alice", http.MethodPost, "/api/presign", `{"key":"a","mimeType":"a/b","size":1,"expiresIn":`+said+`}`),
			http.StatusBadRequest, files.CodeInvalidField, "expiresIn")
	}
}

// A number that JSON Schema calls an integer is one.
func TestIntegersOfEveryForm(t *testing.T) {
	r := newRig(t, nil)
	for text, want := range map[string]int64{"0": 0, "410961.0": 410961, "1e3": 1000, "1.5e1": 15, "5368709120": 5 << 30} {
		got := into[PresignedUpload](t, r.do("alice", http.MethodPost, "/api/presign", `{"key":"a","mimeType":"a/b","size":`+text+`}`))
		if *got.ContentLength != want {
			t.Errorf("%s is %d", text, *got.ContentLength)
		}
	}
}

func TestUploadURL(t *testing.T) {
	r := newRig(t, nil)
	sized := into[PresignedUpload](t, r.do("alice", http.MethodPost, "/api/upload-url", `{"filename":"a/b.png","fileType":"image/png","size":7}`))
	wantSigned(t, sized.URL, time.Minute, "content-length;content-type;host")
	if sized.ContentLength == nil || *sized.ContentLength != 7 || sized.Headers.Declaration != "" {
		t.Errorf("got %+v", sized)
	}
	open := into[PresignedUpload](t, r.do("alice", http.MethodPost, "/api/upload-url", `{"filename":"a/b.png","fileType":"image/png","size":null}`))
	u, err := url.Parse(open.URL)
	if err != nil {
		t.Fatal(err)
	}
	if got := u.Query().Get(files.DeclarationHeader); open.ContentLength != nil || got != fmt.Sprintf(`{"l":%d}`, int64(5<<30)) {
		t.Errorf("without a size it declares %q", got)
	}
}

func TestPresignRefuses(t *testing.T) {
	narrow := newRig(t, func(c *Config) { c.Limits.MaxSize, c.Limits.AllowedTypes = 10, []string{"image/*"} })
	const good = `"key":"a","mimeType":"image/png","size":1`
	for name, tc := range map[string]struct {
		path, body string
		code       files.Code
		field      string
	}{
		"no size":               {"/api/presign", `{"key":"a","mimeType":"image/png"}`, files.CodeInvalidSize, "size"},
		"size null":             {"/api/presign", `{"key":"a","mimeType":"image/png","size":null}`, files.CodeInvalidSize, "size"},
		"size a text":           {"/api/presign", `{"key":"a","mimeType":"image/png","size":"1"}`, files.CodeInvalidSize, "size"},
		"size a fraction":       {"/api/presign", `{"key":"a","mimeType":"image/png","size":1.5}`, files.CodeInvalidSize, "size"},
		"size negative":         {"/api/presign", `{"key":"a","mimeType":"image/png","size":-1}`, files.CodeInvalidSize, "size"},
		"size beyond numbers":   {"/api/presign", `{"key":"a","mimeType":"image/png","size":1e300}`, files.CodeInvalidSize, "size"},
		"size over the limit":   {"/api/presign", `{"key":"a","mimeType":"image/png","size":11}`, files.CodeTooLarge, "size"},
		"no type":               {"/api/presign", `{"key":"a","size":1}`, files.CodeInvalidType, "mimeType"},
		"type null":             {"/api/presign", `{"key":"a","mimeType":null,"size":1}`, files.CodeInvalidType, "mimeType"},
		"not a type":            {"/api/presign", `{"key":"a","mimeType":"image","size":1}`, files.CodeInvalidType, "mimeType"},
		"type not allowed":      {"/api/presign", `{"key":"a","mimeType":"text/html","size":1}`, files.CodeTypeNotAllowed, "mimeType"},
		"unknown not allowed":   {"/api/presign", `{"key":"a","mimeType":"","size":1}`, files.CodeTypeNotAllowed, "mimeType"},
		"no key":                {"/api/presign", `{"mimeType":"image/png","size":1}`, files.CodeInvalidKey, "key"},
		"key a number":          {"/api/presign", `{"key":1,"mimeType":"image/png","size":1}`, files.CodeInvalidKey, "key"},
		"key empty":             {"/api/presign", `{"key":"","mimeType":"image/png","size":1}`, files.CodeInvalidKey, "key"},
		"key climbs":            {"/api/presign", `{"key":"../bob/a","mimeType":"image/png","size":1}`, files.CodeInvalidKey, "key"},
		"key too long":          {"/api/presign", `{"key":"` + strings.Repeat("x", 1020) + `","mimeType":"image/png","size":1}`, files.CodeInvalidKey, "key"},
		"checksum":              {"/api/presign", `{` + good + `,"checksumSHA256":"abc"}`, files.CodeInvalidChecksum, "checksumSHA256"},
		"overwrite a text":      {"/api/presign", `{` + good + `,"overwrite":"no"}`, files.CodeInvalidField, "overwrite"},
		"metadata a list":       {"/api/presign", `{` + good + `,"metadata":[]}`, files.CodeInvalidMetadata, "metadata"},
		"metadata of numbers":   {"/api/presign", `{` + good + `,"metadata":{"n":1}}`, files.CodeInvalidMetadata, "metadata.n"},
		"metadata too large":    {"/api/presign", `{` + good + `,"metadata":{"n":"` + strings.Repeat("x", 1900) + `"}}`, files.CodeInvalidMetadata, "metadata"},
		"name with a newline":   {"/api/presign", `{` + good + `,"name":"a\nb"}`, files.CodeInvalidMetadata, "name"},
		"unknown field":         {"/api/presign", `{` + good + `,"sise":1}`, files.CodeInvalidField, "sise"},
		"unknown parameter":     {"/api/presign?spce=g/team", `{` + good + `}`, files.CodeInvalidField, "spce"},
		"path: no size":         {"/api/files/a/presign", `{"mimeType":"image/png"}`, files.CodeInvalidSize, "size"},
		"path: negative size":   {"/api/files/a/presign", `{"mimeType":"image/png","size":-5}`, files.CodeInvalidSize, "size"},
		"path: over the limit":  {"/api/files/a/presign", `{"mimeType":"image/png","size":11}`, files.CodeTooLarge, "size"},
		"path: wrong type":      {"/api/files/a/presign", `{"mimeType":"text/html","size":1}`, files.CodeTypeNotAllowed, "mimeType"},
		"path: key in the body": {"/api/files/a/presign", `{` + good + `}`, files.CodeInvalidField, "key"},
		"short: no filename":    {"/api/upload-url", `{"fileType":"image/png"}`, files.CodeInvalidKey, "filename"},
		"short: filename":       {"/api/upload-url", `{"filename":"a//b","fileType":"image/png"}`, files.CodeInvalidKey, "filename"},
		"short: no type":        {"/api/upload-url", `{"filename":"a"}`, files.CodeInvalidType, "fileType"},
		"short: not a type":     {"/api/upload-url", `{"filename":"a","fileType":"png"}`, files.CodeInvalidType, "fileType"},
		"short: type":           {"/api/upload-url", `{"filename":"a","fileType":"text/html"}`, files.CodeTypeNotAllowed, "fileType"},
		"short: negative size":  {"/api/upload-url", `{"filename":"a","fileType":"image/png","size":-1}`, files.CodeInvalidSize, "size"},
		"short: over the limit": {"/api/upload-url", `{"filename":"a","fileType":"image/png","size":11}`, files.CodeTooLarge, "size"},
	} {
		t.Run(name, func(t *testing.T) {
			wantProblem(t, narrow.do("alice", http.MethodPost, tc.path, tc.body), http.StatusBadRequest, tc.code, tc.field)
		})
	}
}

func TestPresignNeedsItsSigner(t *testing.T) {
	bare := newRig(t, func(c *Config) { c.Uploads = nil })
	for _, path := range []string{"/api/presign", "/api/files/a/presign"} {
		body := `{"mimeType":"a/b","size":1}`
		if path == "/api/presign" {
			body = `{"key":"a","mimeType":"a/b","size":1}`
		}
		wantProblem(t, bare.do("alice", http.MethodPost, path, body), http.StatusNotFound, files.CodeNotServed, "")
	}
}

// The domain cannot import the settings, so that both agree is tested here.
func TestOneLimitOfOneRequest(t *testing.T) {
	if files.MaxSinglePut != env.SingleRequestMaxSize {
		t.Errorf("the domain says %d, the settings %d", files.MaxSinglePut, int64(env.SingleRequestMaxSize))
	}
}

// Whatever a body holds, it is answered by a URL or by a problem that is the
// caller's, and a URL is for the caller's space alone.
func FuzzPresign(f *testing.F) {
	f.Add(`{"key":"a","mimeType":"image/png","size":1}`)
	f.Add(`{"key":"../bob/a","mimeType":"image/png","size":1,"metadata":{"a":"b"},"overwrite":false}`)
	f.Add(`{"key":"\ud800","mimeType":"","size":1e9}`)
	r := newRig(f, nil)
	f.Fuzz(func(t *testing.T, body string) {
		on := *r
		on.t = t
		got := on.do("alice", http.MethodPost, "/api/presign", body)
		switch got.StatusCode {
		case http.StatusOK:
			signed := into[PresignedUpload](t, got)
			u, err := url.Parse(signed.URL)
			if err != nil || u.Path != "/u/alice/"+signed.Key {
				t.Errorf("%q was signed as %q, %v", signed.Key, signed.URL, err)
			}
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
			var p Problem
			if err := json.Unmarshal(got.body, &p); err != nil || p.Code == "" || p.Message == "" {
				t.Errorf("no problem: %s", got.body)
			}
		default:
			t.Errorf("%d %s", got.StatusCode, got.body)
		}
	})
}
