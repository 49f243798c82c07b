package accept

import (
	"bytes"
	"io"
	"maps"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign"
	"github.com/bytepass/bytepass/runtime/storetest"
)

// TestPost tries each way of not sending the form that was signed, then the
// form.
func TestPost(t *testing.T) {
	store := storetest.Start(t)
	post, err := signer(t, store, time.Now).PresignPost(t.Context(), sign.PostForm{
		ObjectKey: "u/alice/ä b+c.txt", MinSize: 2, MaxSize: 5, MimeType: "text/plain",
		Fields: map[string]string{files.DeclarationHeader: `{"l":5}`, "success_action_status": "201"},
	}, life)
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
