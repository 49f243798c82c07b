package auth

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

// tokens knows one token.
type tokens struct{}

func (tokens) Authenticate(r *http.Request) (Principal, error) {
	if r.Header.Get("Authorization") != "Bearer good" {
		return Principal{}, files.Problemf(files.CodeUnauthenticated, "", "no")
	}
	return Principal{Owner: "alice"}, nil
}

func newTestDev(t *testing.T) *Dev {
	t.Helper()
	d, err := NewDev("127.0.0.1:8080", []string{"https://app.example"}, tokens{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestNewDevNeedsLoopback(t *testing.T) {
	for _, listen := range []string{"127.0.0.1:8080", "127.1.2.3:0", "localhost:8080", "[::1]:8080", "[::ffff:127.0.0.1]:80"} {
		if _, err := NewDev(listen, nil, tokens{}); err != nil {
			t.Errorf("%s: %v", listen, err)
		}
	}
	for _, listen := range []string{"", ":8080", "0.0.0.0:8080", "[::]:8080", "192.168.1.2:8080", "example.org:8080", "127.0.0.1", "localhost.example:80", "127.0.0.1.example:80"} {
		if _, err := NewDev(listen, nil, tokens{}); err == nil {
			t.Errorf("%s was accepted", listen)
		}
	}
}

func TestDevWithoutToken(t *testing.T) {
	for name, tc := range map[string]struct {
		host   string
		header http.Header
		code   files.Code // empty: the developer
	}{
		"curl":                   {"127.0.0.1:8080", nil, ""},
		"curl by name":           {"localhost:8080", nil, ""},
		"curl by name, shouted":  {"LOCALHOST:8080", nil, ""},
		"curl over IPv6":         {"[::1]:8080", nil, ""},
		"without a port":         {"localhost", nil, ""},
		"IPv6 without a port":    {"[::1]", nil, ""},
		"the console":            {"localhost:8080", http.Header{"Origin": {"http://localhost:8080"}, "Sec-Fetch-Site": {"same-origin"}}, ""},
		"another port":           {"localhost:8080", http.Header{"Origin": {"http://127.0.0.1:3000"}, "Sec-Fetch-Site": {"same-site"}}, ""},
		"IPv6 page":              {"localhost:8080", http.Header{"Origin": {"http://[::1]:3000"}}, ""},
		"typed into the browser": {"localhost:8080", http.Header{"Sec-Fetch-Site": {"none"}}, ""},
		"a configured page":      {"localhost:8080", http.Header{"Origin": {"https://app.example"}}, ""},

		"a configured page, as browsers say": {"localhost:8080", http.Header{"Origin": {"https://app.example"}, "Sec-Fetch-Site": {"cross-site"}}, ""},
		"localhost to 127.0.0.1":             {"127.0.0.1:8080", http.Header{"Origin": {"http://localhost:5173"}, "Sec-Fetch-Site": {"cross-site"}}, ""},

		"a rebound name":            {"evil.example:8080", nil, files.CodeUnauthenticated},
		"a rebound page":            {"evil.example:8080", http.Header{"Origin": {"http://evil.example:8080"}, "Sec-Fetch-Site": {"same-origin"}}, files.CodeUnauthenticated},
		"a name that begins alike":  {"localhost.evil.example", nil, files.CodeUnauthenticated},
		"an address as a name":      {"127.0.0.1.evil.example", nil, files.CodeUnauthenticated},
		"a subdomain of localhost":  {"evil.localhost:8080", nil, files.CodeUnauthenticated},
		"an address of the machine": {"192.168.1.2:8080", nil, files.CodeUnauthenticated},
		"all addresses":             {"0.0.0.0:8080", nil, files.CodeUnauthenticated},
		"no host":                   {"", nil, files.CodeUnauthenticated},

		"a foreign page":                  {"localhost:8080", http.Header{"Origin": {"https://evil.example"}}, files.CodeForbidden},
		"a sandboxed page":                {"localhost:8080", http.Header{"Origin": {"null"}}, files.CodeForbidden},
		"an empty origin":                 {"localhost:8080", http.Header{"Origin": {""}}, files.CodeForbidden},
		"two origins":                     {"localhost:8080", http.Header{"Origin": {"http://localhost", "https://evil.example"}}, files.CodeForbidden},
		"an extension":                    {"localhost:8080", http.Header{"Origin": {"chrome-extension://localhost"}}, files.CodeForbidden},
		"a page of a rebound name":        {"localhost:8080", http.Header{"Origin": {"http://localhost.evil.example"}}, files.CodeForbidden},
		"a user before the host":          {"localhost:8080", http.Header{"Origin": {"http://localhost@evil.example"}}, files.CodeForbidden},
		"a configured page, extended":     {"localhost:8080", http.Header{"Origin": {"https://app.example.evil"}}, files.CodeForbidden},
		"a foreign page, as browsers say": {"localhost:8080", http.Header{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}}, files.CodeForbidden},
		"a redirect by a foreign page":    {"localhost:8080", http.Header{"Origin": {"null"}, "Sec-Fetch-Site": {"cross-site"}}, files.CodeForbidden},
		"an image on a foreign page":      {"localhost:8080", http.Header{"Sec-Fetch-Site": {"cross-site"}}, files.CodeForbidden},
	} {
		t.Run(name, func(t *testing.T) { checkDev(t, tc.host, tc.header, tc.code) })
	}
}

func TestDevBehindAProxy(t *testing.T) {
	for _, name := range []string{
		"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server", "Via",
		"X-Real-IP", "X-Client-IP", "X-Original-Host", "CF-Connecting-IP", "True-Client-IP", "X-Envoy-External-Address",
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			h.Set(name, "")
			checkDev(t, "localhost:8080", h, files.CodeUnauthenticated)
		})
	}
}

func checkDev(t *testing.T, host string, header http.Header, code files.Code) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/api/presign", nil)
	r.Host = host
	for name, values := range header {
		r.Header[name] = values
	}
	p, err := newTestDev(t).Authenticate(r)
	wantCode(t, err, code)
	if code == "" && p.Owner != DevOwner || code != "" && p.Owner != "" {
		t.Errorf("the principal is %+v", p)
	}

	// A token is judged alone, wherever the request comes from.
	r.Header.Set("Authorization", "Bearer good")
	if p, err := newTestDev(t).Authenticate(r); err != nil || p.Owner != "alice" {
		t.Errorf("with a token: %+v, %v", p, err)
	}
	r.Header.Set("Authorization", "Bearer bad")
	_, err = newTestDev(t).Authenticate(r)
	wantCode(t, err, files.CodeUnauthenticated)
}
