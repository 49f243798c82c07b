package verify

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// letIn signs the request with the store's root keys.
func (f *front) letIn(r *http.Request) *http.Response {
	q := r.URL.Query()
	for name := range q {
		if strings.HasPrefix(name, "X-Amz-") {
			q.Del(name)
		}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return status(http.StatusBadGateway, err.Error())
	}
	plain, err := http.NewRequest(r.Method, f.store.String()+r.URL.EscapedPath()+"?"+q.Encode(), bytes.NewReader(body))
	if err != nil {
		return status(http.StatusBadGateway, err.Error())
	}
	for _, name := range []string{"Content-Type", "If-None-Match", "X-Amz-Checksum-Sha256", "Range", "Origin"} {
		if value := r.Header.Get(name); value != "" {
			plain.Header.Set(name, value)
		}
	}
	plain.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	if err := signer.SignHTTP(r.Context(), f.root, plain, "UNSIGNED-PAYLOAD", "s3", "us-east-1", time.Now()); err != nil {
		return status(http.StatusBadGateway, err.Error())
	}
	res, err := http.DefaultTransport.RoundTrip(plain)
	if err != nil {
		return status(http.StatusBadGateway, err.Error())
	}
	return res
}

func status(code int, body string) *http.Response {
	return &http.Response{StatusCode: code, Body: io.NopCloser(strings.NewReader(body))}
}
