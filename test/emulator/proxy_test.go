package emulator

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// TestProxy: everything that signatures cover goes through byte for byte.
func TestProxy(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		io.WriteString(w, r.Method+" "+r.Host+" "+r.RequestURI+" "+r.Header.Get("X-Forwarded-Proto")+" "+string(body))
	}))
	defer target.Close()
	p, err := startProxy(target.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()

	const path = "/a%2Fb/..%2f/%41%25/c+d//e;f?x=%41&y=1;2&z&y=%2B+%20"
	req, err := http.NewRequest("PUT", "http://"+p.addr, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.URL.Opaque = path
	req.Host = "id.execute-api.localhost:1234"
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if want := "PUT id.execute-api.localhost:1234 " + path + " https "; string(got) != want {
		t.Errorf("the target saw %q, want %q", got, want)
	}
}

// TestProxyRefuses: what is over API Gateway's quota does not reach the target,
// which would hang up in the middle of it.
func TestProxyRefuses(t *testing.T) {
	var asked atomic.Int64
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer target.Close()
	p, err := startProxy(target.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	req, err := http.NewRequest("GET", "http://"+p.addr, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "id.execute-api.localhost:1234"
	req.Header.Set("Authorization", strings.Repeat("A", 100<<10))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge || asked.Load() != 0 {
		t.Errorf("the answer is %s, and the target was asked %d times", res.Status, asked.Load())
	}
}

func TestWithoutAWS(t *testing.T) {
	got := withoutAWS([]string{"PATH=/bin", "AWS_PROFILE=prod", "AWS_CA_BUNDLE=x", "HOME=/"})
	if !slices.Equal(got, []string{"PATH=/bin", "HOME=/"}) {
		t.Errorf("got %q", got)
	}
}
