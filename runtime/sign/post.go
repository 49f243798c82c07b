package sign

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bytepass/bytepass/runtime/files"
)

// PostForm is what a form may upload: one object of exactly this key.
type PostForm struct {
	ObjectKey string
	// MinSize and MaxSize bound the file in bytes, both inclusive.
	MinSize, MaxSize int64
	// MimeType is the exact Content-Type field; empty leaves the field out.
	MimeType string
	// Fields are further form fields with their exact values, such as
	// x-amz-meta-bytepass or success_action_status.
	Fields map[string]string
}

// Post is a form that its holder may send, as multipart/form-data with the
// field "file" last, until it expires. The fields are a bearer credential:
// never log them.
type Post struct {
	URL       string
	Fields    map[string]string
	ExpiresAt time.Time
}

// PresignPost signs the form for life. Every field is bound to its exact
// value, and the store refuses a form with any other field (but for those that
// it always ignores), another key, and a file outside of the bounds. That is
// the one thing that a PUT cannot do: bound a size that is not known.
//
// The error is a *files.Problem with CodeInvalidKey for a key that holds
// "${filename}", which S3 replaces in forms by the name of the file
// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html);
// any other names what is wrong with form or life, or is the Provider's.
func (s *Signer) PresignPost(ctx context.Context, form PostForm, life time.Duration) (Post, error) {
	if err := form.check(); err != nil {
		return Post{}, err
	}
	at, expires, err := s.begin(ctx, life)
	if err != nil {
		return Post{}, err
	}
	fields := make(map[string]string, len(form.Fields)+8)
	maps.Copy(fields, form.Fields)
	fields["key"] = form.ObjectKey
	if form.MimeType != "" {
		fields["Content-Type"] = form.MimeType
	}
	fields["x-amz-algorithm"] = algorithm
	fields["x-amz-credential"] = at.credential
	fields["x-amz-date"] = at.date
	if at.creds.SessionToken != "" {
		fields["x-amz-security-token"] = at.creds.SessionToken
	}

	policy, err := json.Marshal(policyDocument{
		Expiration: expires.Format("2006-01-02T15:04:05.000Z"),
		Conditions: s.conditions(fields, form),
	})
	if err != nil {
		return Post{}, fmt.Errorf("sign: encode the policy: %w", err)
	}
	encoded := base64.StdEncoding.EncodeToString(policy)
	c := s.borrow()
	defer s.pool.Put(c)
	c.sign(at.dayKey, at.inner, []byte(encoded))
	fields["policy"] = encoded
	fields["x-amz-signature"] = string(c.hex[:])
	return Post{URL: s.origin + s.root, Fields: fields, ExpiresAt: expires}, nil
}

// policyDocument is the JSON of
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
type policyDocument struct {
	Expiration string `json:"expiration"`
	Conditions []any  `json:"conditions"`
}

func (s *Signer) conditions(fields map[string]string, form PostForm) []any {
	conditions := []any{
		map[string]string{"bucket": s.bucket},
		[]any{"content-length-range", form.MinSize, form.MaxSize},
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		conditions = append(conditions, map[string]string{name: fields[name]})
	}
	return conditions
}

func (f PostForm) check() error {
	if f.ObjectKey == "" || !utf8.ValidString(f.ObjectKey) {
		return fmt.Errorf("sign: the object key %q of a form must be UTF-8 and not empty", f.ObjectKey)
	}
	if strings.Contains(f.ObjectKey, "${filename}") {
		return files.Problemf(files.CodeInvalidKey, "key", "a form cannot upload to a key that holds ${filename}; use a PUT or another key")
	}
	if f.MinSize < 0 || f.MaxSize < f.MinSize {
		return fmt.Errorf("sign: a form for %d to %d bytes; send 0 <= MinSize <= MaxSize", f.MinSize, f.MaxSize)
	}
	for name, value := range f.Fields {
		lower := strings.ToLower(name)
		if !plainName(lower, "-_") || slices.Contains(ownFields, lower) {
			return fmt.Errorf("sign: %q is not a further field of a form; the signer writes that one itself", name)
		}
		if !utf8.ValidString(value) {
			return fmt.Errorf("sign: the value of field %s is not UTF-8", name)
		}
	}
	return nil
}

// ownFields are the fields that PresignPost writes, or that carry the file.
var ownFields = []string{
	"bucket", "key", "content-type", "file", "policy", "x-amz-algorithm", "x-amz-credential",
	"x-amz-date", "x-amz-security-token", "x-amz-signature",
}
