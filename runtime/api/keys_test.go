package api

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bytepass/bytepass/runtime/files"
)

// awkwardKeys are keys that break what is careless with paths, and what they are
// once normalised.
var awkwardKeys = map[string]string{
	"plain.txt":                    "",
	"a b/c d.txt":                  "",
	"1+1=2.txt":                    "",
	"100%.txt":                     "",
	"%41.txt":                      "",
	"%2F.txt":                      "",
	"%252F.txt":                    "",
	"what?.txt":                    "",
	"#1.txt":                       "",
	"a&b=c;d.txt":                  "",
	"caf\u00e9.txt":                "",
	"cafe\u0301.txt":               "caf\u00e9.txt",
	"👩‍🚀/🌍.txt":                    "",
	"תיקייה/קובץ.txt":              "",
	"quote\"and'tick.txt":          "",
	"back\\slash.txt":              "",
	"a:b|c*d<e>f.txt":              "",
	"presign":                      "",
	"x/presign":                    "",
	"api/files/x/presign":          "",
	".hidden":                      "",
	"...":                          "",
	strings.Repeat("d/", 49) + "f": "",
	strings.Repeat("x", 1024-len("u/alice/")): "",
}

func want(key string) string {
	if normal := awkwardKeys[key]; normal != "" {
		return normal
	}
	return key
}

// pathOf writes a key into a path as a browser's encodeURI would: slashes stand.
func pathOf(key string) string {
	segments := strings.Split(key, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return "/api/files/" + strings.Join(segments, "/") + "/presign"
}

const small = `{"mimeType":"a/b","size":1}`

func TestAwkwardKeysInThePath(t *testing.T) {
	r := newRig(t, nil)
	server := httptest.NewServer(r)
	defer server.Close()
	for key := range awkwardKeys {
		for form, path := range map[string]string{
			"segments":                  pathOf(key),
			"one segment":               "/api/files/" + url.PathEscape(key) + "/presign",
			"every byte of it":          "/api/files/" + escapeAll(key) + "/presign",
			"in the words of a browser": "/api/files/" + (&url.URL{Path: key}).EscapedPath() + "/presign",
		} {
			signed := raw(t, server, path)
			if signed.Key != want(key) || objectOf(t, signed.URL) != "u/alice/"+want(key) {
				t.Errorf("%s: %q became %q at %s", form, key, signed.Key, signed.URL)
			}
		}
	}
}

// raw sends a path as it is, which clients of net/http do not.
func raw(t *testing.T, server *httptest.Server, path string) PresignedUpload {
	t.Helper()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	_, _ = fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", path, len(small), small)
	resp, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("POST %s: %d %s %v", path, resp.StatusCode, body, err)
	}
	var signed PresignedUpload
	if err := json.Unmarshal(body, &signed); err != nil {
		t.Fatal(err)
	}
	return signed
}

func escapeAll(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02x", s[i])
	}
	return b.String()
}

func objectOf(t testing.TB, signed string) string {
	t.Helper()
	u, err := url.Parse(signed)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(u.Path, "/")
}

// A gateway that has decoded the path hands over a URL without a raw path, and
// nothing decodes it again.
func TestAwkwardKeysBehindAGateway(t *testing.T) {
	r := newRig(t, nil)
	for key := range awkwardKeys {
		req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(small))
		req.URL = &url.URL{Path: "/api/files/" + key + "/presign"}
		signed := into[PresignedUpload](t, r.send("alice", req))
		if signed.Key != want(key) || objectOf(t, signed.URL) != "u/alice/"+want(key) {
			t.Errorf("%q became %q at %s", key, signed.Key, signed.URL)
		}
	}
}

func TestAwkwardKeysInTheBodyAndTheQuery(t *testing.T) {
	r := newRig(t, nil)
	alice := person(t, "alice")
	for key := range awkwardKeys {
		body, err := json.Marshal(map[string]any{"key": key, "mimeType": "a/b", "size": 1})
		if err != nil {
			t.Fatal(err)
		}
		signed := into[PresignedUpload](t, r.do("alice", http.MethodPost, "/api/presign", string(body)))
		if signed.Key != want(key) || objectOf(t, signed.URL) != "u/alice/"+want(key) {
			t.Errorf("%q became %q at %s", key, signed.Key, signed.URL)
		}
		r.put(alice, files.Key(want(key)), nil)
	}
	for key := range awkwardKeys {
		file := into[File](t, r.do("alice", http.MethodGet, "/api/file?key="+url.QueryEscape(key), ""))
		if file.Key != want(key) || objectOf(t, file.URL) != "u/alice/"+want(key) {
			t.Errorf("%q is %q at %s", key, file.Key, file.URL)
		}
	}
	seen := map[string]bool{}
	for _, file := range into[[]File](t, r.do("alice", http.MethodGet, "/api/files?limit=1000", "")) {
		seen[file.Key] = true
	}
	for key := range awkwardKeys {
		if !seen[want(key)] {
			t.Errorf("the list lacks %q", key)
		}
	}
}

func TestAnyKeyRoundTrips(t *testing.T) {
	r := newRig(t, nil)
	rapid.Check(t, func(rt *rapid.T) {
		key, err := files.ParseKey(rapid.StringN(1, 40, -1).Draw(rt, "key"))
		if err != nil {
			return
		}
		req := httptest.NewRequest(http.MethodPost, pathOf(string(key)), strings.NewReader(small))
		signed := into[PresignedUpload](t, r.send("alice", req))
		if signed.Key != string(key) || objectOf(t, signed.URL) != "u/alice/"+string(key) {
			rt.Fatalf("%q became %q at %s", key, signed.Key, signed.URL)
		}
	})
}

func TestBadKeysInThePath(t *testing.T) {
	r := newRig(t, nil)
	for _, key := range []string{"", "/", "a//b", "../a", "a/../b", "a/./b", ".", "..", "/a", "a/", "%2e%2e/a", "a%2f%2e%2e%2fb", "a%00b", "%ff", "a%0Ab"} {
		path := "/api/files/" + key + "/presign"
		wantProblem(t, r.do("alice", http.MethodPost, path, small), http.StatusBadRequest, files.CodeInvalidKey, "key")
	}
}
