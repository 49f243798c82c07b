package gateway_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"github.com/bytepass/bytepass/runtime/auth"
	"github.com/bytepass/bytepass/runtime/lambda/gateway"
)

// fixture returns testdata/jwt.json, an event as API Gateway sends it, after
// change.
func fixture(t testing.TB, change func(*events.APIGatewayV2HTTPRequest)) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/jwt.json")
	if err != nil {
		t.Fatal(err)
	}
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(raw, &e); err != nil {
		t.Fatal(err)
	}
	if change == nil {
		return raw
	}
	change(&e)
	if raw, err = json.Marshal(e); err != nil {
		t.Fatal(err)
	}
	return raw
}

// invoke serves an event and returns the gateway's response.
func invoke(t *testing.T, payload []byte, h http.HandlerFunc) events.APIGatewayV2HTTPResponse {
	t.Helper()
	raw, err := gateway.New(h).Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	var res events.APIGatewayV2HTTPResponse
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&res); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return res
}

// TestRequest: the handler sees what was sent.
func TestRequest(t *testing.T) {
	served := false
	invoke(t, fixture(t, nil), func(_ http.ResponseWriter, r *http.Request) {
		served = true
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != `{"mimeType":"text/plain","size":5}` || r.ContentLength != int64(len(body)) {
			t.Errorf("the body is %q, %v", body, err)
		}
		const path = "/api/files/größe #1 100%+&=.txt/presign"
		if r.Method != "POST" || r.URL.Path != path || r.URL.Query().Get("space") != "g/team" || r.URL.Query()["a"][1] != "+ 2" {
			t.Errorf("%s %s?%s", r.Method, r.URL.Path, r.URL.RawQuery)
		}
		if want := "/api/files/gr%C3%B6%C3%9Fe%20%231%20100%25+&=.txt/presign?space=g%2Fteam&a=1&a=%2B+2"; r.RequestURI != want {
			t.Errorf("the URI is %s, want %s", r.RequestURI, want)
		}
		if r.Host != "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com" || r.Header.Get("Host") != "" || r.RemoteAddr != "203.0.113.7:0" {
			t.Errorf("host %s, from %s", r.Host, r.RemoteAddr)
		}
		for name, want := range map[string]string{
			"X-Request-Id": "JKJaXmPLvHcESHA=", "Content-Type": "application/x-www-form-urlencoded",
			"X-Several": "first,second", "Cookie": "one=1; two=2", "X-Forwarded-Proto": "https",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		if c, err := r.Cookie("two"); err != nil || c.Value != "2" {
			t.Errorf("the cookie is %v, %v", c, err)
		}
		p, err := auth.Gateway{Claims: auth.Claims{Owner: "sub", Groups: "groups"}}.Authenticate(r)
		if err != nil || p.Owner != "alice" || !p.InGroup("team") || !p.InGroup("staff") {
			t.Errorf("who asks is %+v, %v", p, err)
		}
	})
	if !served {
		t.Error("the handler was not called")
	}
}

// TestPaths: none is decoded twice, and the mux finds its routes in all.
func TestPaths(t *testing.T) {
	mux := http.NewServeMux()
	got := ""
	mux.HandleFunc("POST /api/files/{rest...}", func(_ http.ResponseWriter, r *http.Request) { got = r.PathValue("rest") })
	for _, key := range []string{"plain", "a b", "a+b", "100%", "%41", "%2F", "%zz", "#1", "a&b=c", "é", "💾", "שלום/עולם", "a;b", "a:b", "x?y"} {
		got = ""
		invoke(t, fixture(t, func(e *events.APIGatewayV2HTTPRequest) { e.RawPath = "/api/files/" + key }), mux.ServeHTTP)
		if got != key {
			t.Errorf("%q arrives as %q", key, got)
		}
	}
}

// TestPathThatIsNotUTF8: it is not read as another one.
func TestPathThatIsNotUTF8(t *testing.T) {
	invoke(t, fixture(t, func(e *events.APIGatewayV2HTTPRequest) { e.RawPath = "/api/files/bad\uFFFDutf8/presign" }),
		func(_ http.ResponseWriter, r *http.Request) {
			if utf8.ValidString(r.URL.Path) || !strings.Contains(r.RequestURI, "bad%FFutf8") {
				t.Errorf("arrives as %q", r.URL.Path)
			}
		})
}

func TestStage(t *testing.T) {
	for _, tc := range []struct{ stage, path, want string }{
		{"$default", "/api/files", "/api/files"},
		{"dev", "/dev/api/files", "/api/files"},
		{"dev", "/dev", "/"},
		{"dev", "/device", "/device"},
		{"dev", "/api/files", "/api/files"},
	} {
		invoke(t, fixture(t, func(e *events.APIGatewayV2HTTPRequest) { e.RequestContext.Stage, e.RawPath = tc.stage, tc.path }),
			func(_ http.ResponseWriter, r *http.Request) {
				if r.URL.Path != tc.want {
					t.Errorf("stage %s: %s arrives as %s, want %s", tc.stage, tc.path, r.URL.Path, tc.want)
				}
			})
	}
}

func TestTokens(t *testing.T) {
	gate := auth.Gateway{Claims: auth.Claims{Owner: "sub"}}
	for name, tc := range map[string]struct {
		change func(*events.APIGatewayV2HTTPRequest)
		owner  string
	}{
		"with the scheme in lower case": {func(e *events.APIGatewayV2HTTPRequest) {
			e.Headers["authorization"] = strings.Replace(e.Headers["authorization"], "Bearer", "bearer ", 1)
		}, "alice"},
		"without the scheme": {func(e *events.APIGatewayV2HTTPRequest) {
			e.Headers["authorization"] = strings.TrimPrefix(e.Headers["authorization"], "Bearer ")
		}, "alice"},
		"two of them": {func(e *events.APIGatewayV2HTTPRequest) {
			e.Headers["authorization"] += "," + e.Headers["authorization"]
		}, ""},
		"not verified by the gateway": {func(e *events.APIGatewayV2HTTPRequest) { e.RequestContext.Authorizer = nil }, ""},
	} {
		invoke(t, fixture(t, tc.change), func(_ http.ResponseWriter, r *http.Request) {
			if p, err := gate.Authenticate(r); p.Owner != tc.owner || (err == nil) != (tc.owner != "") {
				t.Errorf("%s: got %+v, %v", name, p, err)
			}
		})
	}
}

func TestTextAnswer(t *testing.T) {
	res := invoke(t, fixture(t, nil), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "99")
		w.Header().Add("Link", "<a>; rel=next")
		w.Header().Add("Link", "<b>; rel=last")
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
		w.WriteHeader(http.StatusContinue)
		w.WriteHeader(http.StatusCreated)
		w.WriteHeader(http.StatusTeapot)
		w.Header().Set("X-Late", "1")
		fmt.Fprint(w, `{"größe":`)
		fmt.Fprint(w, `1}`)
	})
	want := map[string]string{"content-type": "application/json", "link": "<a>; rel=next, <b>; rel=last"}
	if res.StatusCode != 201 || res.IsBase64Encoded || res.Body != `{"größe":1}` || !maps.Equal(res.Headers, want) || strings.Join(res.Cookies, " ") != "a=1 b=2" {
		t.Errorf("got %+v", res)
	}
}

func TestBinaryAnswers(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	fmt.Fprint(z, "text")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		encoding string
		body     []byte
	}{"not UTF-8": {"", []byte{0xff, 0, 1}}, "compressed": {"gzip", zipped.Bytes()}, "said to be compressed": {"br", []byte("text")}} {
		res := invoke(t, fixture(t, nil), func(w http.ResponseWriter, _ *http.Request) {
			if tc.encoding != "" {
				w.Header().Set("Content-Encoding", tc.encoding)
			}
			w.Write(tc.body)
		})
		body, err := base64.StdEncoding.DecodeString(res.Body)
		if !res.IsBase64Encoded || err != nil || !bytes.Equal(body, tc.body) || res.StatusCode != 200 || res.Headers["content-type"] == "" {
			t.Errorf("%s: got %+v, %v", name, res, err)
		}
	}
}

func TestAnswersWithoutBody(t *testing.T) {
	silent := invoke(t, fixture(t, nil), func(http.ResponseWriter, *http.Request) {})
	if silent.StatusCode != 200 || silent.Body != "" || silent.Headers == nil {
		t.Errorf("a handler that says nothing gives %+v", silent)
	}
	head := invoke(t, fixture(t, func(e *events.APIGatewayV2HTTPRequest) { e.RequestContext.HTTP.Method = "HEAD" }),
		func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "body") })
	if head.StatusCode != 200 || head.Body != "" || head.IsBase64Encoded {
		t.Errorf("HEAD gives %+v", head)
	}
}

func TestRefusedEvents(t *testing.T) {
	for name, payload := range map[string][]byte{
		"no JSON":        []byte("{"),
		"another format": []byte(`{"version":"1.0","path":"/","httpMethod":"GET"}`),
		"no path":        fixture(t, func(e *events.APIGatewayV2HTTPRequest) { e.RawPath = "" }),
		"no base64":      fixture(t, func(e *events.APIGatewayV2HTTPRequest) { e.Body = "*" }),
		"an event of S3": []byte(`{"Records":[]}`),
	} {
		_, err := gateway.New(http.NotFoundHandler()).Invoke(t.Context(), payload)
		if err == nil || !strings.HasPrefix(err.Error(), "gateway: ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// FuzzInvoke: whatever the event, the answer is JSON or there is an error.
func FuzzInvoke(f *testing.F) {
	f.Add(fixture(f, nil))
	f.Add([]byte(`{"version":"2.0","rawPath":"//","requestContext":{"http":{"method":"GET"},"authorizer":{"jwt":{"claims":{"sub":17}}}}}`))
	h := gateway.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = auth.Gateway{Claims: auth.Claims{Owner: "sub"}}.Authenticate(r)
		io.Copy(w, r.Body)
		fmt.Fprint(w, r.URL.Path, r.RequestURI)
	}))
	f.Fuzz(func(t *testing.T, payload []byte) {
		res, err := h.Invoke(t.Context(), payload)
		if err == nil && !json.Valid(res) {
			t.Errorf("answered %s", res)
		}
	})
}
