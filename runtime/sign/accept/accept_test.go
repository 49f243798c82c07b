// Package accept asks a real S3 server what it thinks of what package sign
// signs: that it accepts the one request that was meant, and no other. Only
// tests are in it. They are apart from those of package sign because the
// server changes the working directory of its process.
package accept

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign"
	"github.com/bytepass/bytepass/runtime/storetest"
)

// life is how long URLs are good here: no test ends them by being slow.
const life = 15 * time.Minute

// helloSum is the SHA-256 of "hello" in base64.
const helloSum = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="

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
