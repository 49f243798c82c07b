package sign_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign"
)

func TestPresignForm(t *testing.T) {
	s := newSigner(t, sign.Config{})
	limit, more := int64(1000), files.MaxSinglePut+1
	for name, tc := range map[string]struct {
		size        int64
		declaration files.Declaration
		bounds      string
	}{
		"of a size":                   {size: 5, bounds: `["content-length-range",5,5]`},
		"up to the limit":             {size: files.SizeUnknown, declaration: files.Declaration{MaxSize: &limit}, bounds: `["content-length-range",0,1000]`},
		"up to the limit of the form": {size: files.SizeUnknown, declaration: files.Declaration{MaxSize: &more}, bounds: `["content-length-range",0,5368709120]`},
	} {
		t.Run(name, func(t *testing.T) {
			u := anUpload(t)
			u.Size, u.Declaration = tc.size, tc.declaration
			form, err := s.PresignForm(t.Context(), u, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			policy, err := base64.StdEncoding.DecodeString(form.Fields["policy"])
			if err != nil || !strings.Contains(string(policy), tc.bounds) {
				t.Errorf("the policy is %s (%v), want %s", policy, err, tc.bounds)
			}
			object, err := u.Space.ObjectKey(u.Key)
			if err != nil || form.Fields["key"] != object || form.Fields["Content-Type"] != u.MimeType || form.Fields["success_action_status"] != "201" {
				t.Errorf("the fields are %v", form.Fields)
			}
			declared := ""
			if !tc.declaration.IsZero() {
				declared = tc.declaration.Encode()
			}
			if form.Fields[files.DeclarationHeader] != declared {
				t.Errorf("declares %q, want %q", form.Fields[files.DeclarationHeader], declared)
			}
		})
	}
}

func TestPresignFormRefuses(t *testing.T) {
	s, u := newSigner(t, sign.Config{}), anUpload(t)
	u.Key = "${filename}"
	if _, err := s.PresignForm(t.Context(), u, time.Minute); files.CodeOf(err) != files.CodeInvalidKey {
		t.Errorf("a key that S3 replaces: %v", err)
	}
	u.Key = files.Key(strings.Repeat("k", 1024))
	if _, err := s.PresignForm(t.Context(), u, time.Minute); files.CodeOf(err) != files.CodeInvalidKey {
		t.Errorf("a key that is too long: %v", err)
	}
}
