package emulator

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
)

// TestOverQuota: request line and header values count, header names do not, and
// only API Gateway has this quota.
func TestOverQuota(t *testing.T) {
	const (
		api  = "id.execute-api.localhost:1234"
		line = len("GET / HTTP/1.1")
	)
	for _, c := range []struct {
		what, host, path, token string
		want                    bool
	}{
		{"nothing", api, "/", "", false},
		{"all of it in a header", api, "/", strings.Repeat("A", headerQuota-line-len(api)), false},
		{"a byte more", api, "/", strings.Repeat("A", headerQuota-line-len(api)+1), true},
		{"a byte more in the path", api, "/x", strings.Repeat("A", headerQuota-line-len(api)), true},
		{"much more, of another service", "s3.localhost:1234", "/", strings.Repeat("A", 2*headerQuota), false},
	} {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(
			"GET " + c.path + " HTTP/1.1\r\nHost: " + c.host + "\r\nAuthorization: " + c.token + "\r\n\r\n")))
		if err != nil {
			t.Fatal(err)
		}
		if got := overQuota(r); got != c.want {
			t.Errorf("%s: over the quota: %t, want %t", c.what, got, c.want)
		}
	}
}
