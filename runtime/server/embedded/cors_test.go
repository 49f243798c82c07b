package embedded

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// TestReadableRefusals: a page that may upload reads why it may not, however
// long the body that it sent in vain; nobody else's page does.
func TestReadableRefusals(t *testing.T) {
	const friend, stranger = "https://app.example", "https://evil.example"
	store, c, _ := startStore(t, Attributes)
	if _, err := c.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: bucket, CORSConfiguration: &types.CORSConfiguration{
		CORSRules: []types.CORSRule{{AllowedOrigins: []string{friend}, AllowedMethods: []string{http.MethodPut}, ExposeHeaders: []string{"ETag"}}},
	}}); err != nil {
		t.Fatal(err)
	}
	unsigned := store.Endpoint() + "/" + *bucket + "/refused"
	sign := func(at time.Time) string {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, unsigned+"?X-Amz-Expires=60", nil)
		if err != nil {
			t.Fatal(err)
		}
		keys := aws.Credentials{AccessKeyID: store.cfg.AccessKey, SecretAccessKey: store.cfg.SecretKey}
		signed, _, err := v4.NewSigner().PresignHTTP(t.Context(), keys, r, "UNSIGNED-PAYLOAD", "s3", Region, at)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	expired := sign(time.Now().Add(-time.Hour))
	for name, tc := range map[string]struct {
		url, origin string
		size        int
		allowed     string
		says        string
	}{
		"expired":                  {expired, friend, 10, friend, "<Message>Request has expired</Message>"},
		"expired, a large body":    {expired, friend, 40 << 20, friend, "<Message>Request has expired</Message>"},
		"tampered with":            {sign(time.Now()) + "0", friend, 10, friend, "SignatureDoesNotMatch"},
		"not signed":               {unsigned, friend, 10, friend, "AccessDenied"},
		"of a stranger":            {expired, stranger, 10, "", "has expired"},
		"of no page":               {expired, "", 10, "", "has expired"},
		"of a bucket that is none": {store.Endpoint() + "/none/refused", friend, 10, "", "<Error>"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, tc.url, bytes.NewReader(make([]byte, tc.size)))
		if err != nil {
			t.Fatal(err)
		}
		if tc.origin != "" {
			r.Header.Set("Origin", tc.origin)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || !strings.Contains(string(body), tc.says) || res.StatusCode < 400 {
			t.Errorf("%s: %s %s %v", name, res.Status, body, err)
		}
		if got := res.Header.Values("Access-Control-Allow-Origin"); strings.Join(got, ",") != tc.allowed {
			t.Errorf("%s: the answer may be read by %q, want %q", name, got, tc.allowed)
		}
		if exposed := res.Header.Get("Access-Control-Expose-Headers"); (tc.allowed != "") != strings.Contains(exposed, "ETag") {
			t.Errorf("%s: exposed are %q", name, exposed)
		}
	}
	preflight, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, unsigned, nil)
	if err != nil {
		t.Fatal(err)
	}
	preflight.Header.Set("Origin", friend)
	preflight.Header.Set("Access-Control-Request-Method", http.MethodDelete)
	res, err := http.DefaultClient.Do(preflight)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode < 400 || res.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a preflight for a method without a rule: %s, %v", res.Status, res.Header)
	}
}
