package server

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestBehindProxies(t *testing.T) {
	trusted, err := networks([]string{"10.0.0.0/8", "192.0.2.1", "fd00::/8"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, connected string
		forwarded       []string
		want            string
	}{
		{"nobody between", "198.51.100.7:1", nil, "198.51.100.7:1"},
		{"a client that claims to be another", "198.51.100.7:1", []string{"203.0.113.9"}, "198.51.100.7:1"},
		{"one proxy", "10.1.2.3:1", []string{"203.0.113.9"}, "203.0.113.9:0"},
		{"a single address", "192.0.2.1:1", []string{"203.0.113.9"}, "203.0.113.9:0"},
		{"the next one is not trusted", "192.0.2.2:1", []string{"203.0.113.9"}, "192.0.2.2:1"},
		{"two proxies", "10.1.2.3:1", []string{"203.0.113.9, 10.9.9.9"}, "203.0.113.9:0"},
		{"what the client wrote itself", "10.1.2.3:1", []string{"1.1.1.1, 203.0.113.9"}, "203.0.113.9:0"},
		{"two headers", "10.1.2.3:1", []string{"1.1.1.1", "203.0.113.9,10.9.9.9"}, "203.0.113.9:0"},
		{"only proxies", "10.1.2.3:1", []string{"10.4.4.4, 10.5.5.5"}, "10.4.4.4:0"},
		{"a proxy that says nothing", "10.1.2.3:1", nil, "10.1.2.3:1"},
		{"garbage", "10.1.2.3:1", []string{"203.0.113.9, unknown"}, "10.1.2.3:1"},
		{"IPv6", "[fd00::1]:1", []string{"2001:db8::1"}, "[2001:db8::1]:0"},
		{"IPv4 in IPv6", "[::ffff:10.1.2.3]:1", []string{"::ffff:203.0.113.9"}, "203.0.113.9:0"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr, r.Header["X-Forwarded-For"] = c.connected, c.forwarded
		got := ""
		behindProxies(trusted, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr })).ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
