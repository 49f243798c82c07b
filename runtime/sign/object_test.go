package sign_test

import (
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign"
)

const (
	object   = "u/auth0~7C5f7c8ec7c33c6c004bbafe82/photos/2026/summer holiday.jpg"
	checksum = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
)

// TestPresignPut says which headers and parameters an upload signs; that they
// are signed rightly is TestSameAsSDK's business.
func TestPresignPut(t *testing.T) {
	s := newSigner(t, sign.Config{})
	limit := int64(1000)
	declared := files.Declaration{Name: "Größe.jpg"}
	for _, tc := range []struct {
		name    string
		change  func(*files.Upload)
		header  []sign.Param
		query   []sign.Param
		client  map[string]string
		content int64
	}{
		{
			"a plain upload", func(*files.Upload) {},
			[]sign.Param{{Name: "content-length", Value: "1048576"}, {Name: "content-type", Value: "image/jpeg"}}, nil,
			map[string]string{"Content-Type": "image/jpeg"}, 1 << 20,
		},
		{
			"an empty file without a type", func(u *files.Upload) { u.Size, u.MimeType = 0, "" },
			[]sign.Param{{Name: "content-length", Value: "0"}}, nil, map[string]string{}, 0,
		},
		{
			"everything", func(u *files.Upload) {
				u.NoOverwrite, u.ChecksumSHA256, u.Declaration = true, checksum, declared
			},
			[]sign.Param{
				{Name: "content-length", Value: "1048576"}, {Name: "content-type", Value: "image/jpeg"}, {Name: "if-none-match", Value: "*"},
				{Name: "x-amz-checksum-sha256", Value: checksum}, {Name: "x-amz-meta-bytepass", Value: `{"n":"Gr\u00f6\u00dfe.jpg"}`},
			}, nil,
			map[string]string{
				"Content-Type": "image/jpeg", "If-None-Match": "*",
				"x-amz-checksum-sha256": checksum, "x-amz-meta-bytepass": `{"n":"Gr\u00f6\u00dfe.jpg"}`,
			}, 1 << 20,
		},
		{
			"a size that is not known", func(u *files.Upload) {
				u.Size, u.Declaration = files.SizeUnknown, files.Declaration{MaxSize: &limit}
			},
			[]sign.Param{{Name: "content-type", Value: "image/jpeg"}},
			[]sign.Param{{Name: "x-amz-meta-bytepass", Value: `{"l":1000}`}},
			map[string]string{"Content-Type": "image/jpeg"}, files.SizeUnknown,
		},
	} {
		u := anUpload(t)
		tc.change(&u)
		want, expires, err := s.Presign(t.Context(), sign.Request{Method: "PUT", Key: object, Query: tc.query, Header: tc.header, Life: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.PresignPut(t.Context(), u, time.Minute)
		if err != nil || got.Method != "PUT" || got.URL != want || !got.ExpiresAt.Equal(expires) ||
			got.ContentLength != tc.content || !maps.Equal(got.Headers.Map(), tc.client) {
			t.Errorf("%s: got %+v, %v\nwant %s with %v", tc.name, got, err, want, tc.client)
		}
	}
}

func TestPresignPutRefuses(t *testing.T) {
	s := newSigner(t, sign.Config{})
	u := anUpload(t)
	u.Key = files.Key(strings.Repeat("k", files.MaxObjectKey))
	if _, err := s.PresignPut(t.Context(), u, time.Minute); files.CodeOf(err) != files.CodeInvalidKey {
		t.Errorf("a key that is too long: got %v", err)
	}
	u = anUpload(t)
	u.MimeType = "text/plain\r\nx-amz-acl: public-read"
	if _, err := s.PresignPut(t.Context(), u, time.Minute); err == nil {
		t.Error("a type with a line feed was signed")
	}
}

func TestPresignGet(t *testing.T) {
	s := newSigner(t, sign.Config{})
	d := files.Download{
		ObjectKey: object, VersionID: "v/1+2", Disposition: `attachment; filename="a b.jpg"`,
		CacheControl: "private, max-age=900", MimeType: "image/jpeg",
	}
	p, err := s.PresignGet(t.Context(), d, time.Minute)
	if err != nil || p.Method != "GET" || p.ContentLength != files.SizeUnknown || p.Headers != (files.ClientHeaders{}) {
		t.Fatalf("got %+v, %v", p, err)
	}
	u, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"versionId": d.VersionID, "response-content-disposition": d.Disposition, "response-cache-control": d.CacheControl,
		"response-content-type": d.MimeType, "X-Amz-Expires": "60", "X-Amz-SignedHeaders": "host",
	} {
		if got := u.Query().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if p, err = s.PresignGet(t.Context(), files.Download{ObjectKey: object}, time.Minute); err != nil || strings.Contains(p.URL, "versionId") || strings.Contains(p.URL, "response-") {
		t.Errorf("a bare download is signed as %s, %v", p.URL, err)
	}
}
