package sign_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign"
)

func TestPresignPost(t *testing.T) {
	creds := exampleKeys
	creds.SessionToken, creds.Expires = "token+/=", testTime.Add(time.Hour)
	s := newSigner(t, sign.Config{Credentials: sign.Static(creds), Region: "us-east-1", Bucket: "files", PathStyle: true, Endpoint: "http://127.0.0.1:9000"})
	post, err := s.PresignPost(t.Context(), sign.PostForm{
		ObjectKey: `u/alice/ä "b" $c.txt`, MinSize: 1, MaxSize: 1000, MimeType: "text/plain",
		Fields: map[string]string{"x-amz-meta-bytepass": `{"l":1000}`, "success_action_status": "201"},
	}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if post.URL != "http://127.0.0.1:9000/files/" || !post.ExpiresAt.Equal(testTime.Truncate(time.Second).Add(time.Hour)) {
		t.Errorf("posts to %s until %v", post.URL, post.ExpiresAt)
	}

	raw, err := base64.StdEncoding.DecodeString(post.Fields["policy"])
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		Expiration time.Time
		Conditions []any
	}
	if err := json.Unmarshal(raw, &policy); err != nil || !policy.Expiration.Equal(post.ExpiresAt) {
		t.Errorf("the policy is %s (%v)", raw, err)
	}
	got := map[string]bool{}
	for _, condition := range policy.Conditions {
		got[fmt.Sprint(condition)] = true
	}
	for _, want := range []any{
		map[string]any{"bucket": "files"},
		[]any{"content-length-range", 1.0, 1000.0},
		map[string]any{"key": `u/alice/ä "b" $c.txt`},
		map[string]any{"Content-Type": "text/plain"},
		map[string]any{"x-amz-meta-bytepass": `{"l":1000}`},
		map[string]any{"success_action_status": "201"},
		map[string]any{"x-amz-algorithm": "AWS4-HMAC-SHA256"},
		map[string]any{"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20261003/us-east-1/s3/aws4_request"},
		map[string]any{"x-amz-date": "20261003T141516Z"},
		map[string]any{"x-amz-security-token": "token+/="},
	} {
		if !got[fmt.Sprint(want)] {
			t.Errorf("the policy lacks %v", want)
		}
		delete(got, fmt.Sprint(want))
	}
	if len(got) > 0 {
		t.Errorf("the policy also has %v", got)
	}

	key := []byte("AWS4" + creds.SecretAccessKey)
	for _, part := range []string{"20261003", "us-east-1", "s3", "aws4_request", post.Fields["policy"]} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	if want := hex.EncodeToString(key); post.Fields["x-amz-signature"] != want {
		t.Errorf("the signature is %s, want %s", post.Fields["x-amz-signature"], want)
	}
}

func TestPresignPostRefuses(t *testing.T) {
	s := newSigner(t, sign.Config{})
	for want, form := range map[string]sign.PostForm{
		"must be UTF-8 and not empty": {MaxSize: 1},
		"${filename}":                 {ObjectKey: "u/alice/${filename}", MaxSize: 1},
		"1 to 0 bytes":                {ObjectKey: "a", MinSize: 1},
		"-1 to 0 bytes":               {ObjectKey: "a", MinSize: -1},
		`"Key" is not a further`:      {ObjectKey: "a", Fields: map[string]string{"Key": "b"}},
		`"x-amz-date" is not`:         {ObjectKey: "a", Fields: map[string]string{"x-amz-date": "b"}},
		`"" is not a further`:         {ObjectKey: "a", Fields: map[string]string{"": "b"}},
		"field x is not UTF-8":        {ObjectKey: "a", Fields: map[string]string{"x": "\xff"}},
	} {
		if _, err := s.PresignPost(t.Context(), form, time.Minute); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	_, err := s.PresignPost(t.Context(), sign.PostForm{ObjectKey: "${filename}", MaxSize: 1}, time.Minute)
	if files.CodeOf(err) != files.CodeInvalidKey {
		t.Errorf("a key with ${filename} gives %v", err)
	}
}
