package api

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

func TestABodyIsJSONWhateverItIsCalled(t *testing.T) {
	r := newRig(t, nil)
	for _, contentType := range []string{
		"application/json", "application/json; charset=utf-8", "application/x-www-form-urlencoded", "text/plain;charset=UTF-8",
		"application/octet-stream", "multipart/form-data; boundary=x", "nonsense", "a;b+c", "",
	} {
		req := httptest.NewRequest(http.MethodPost, "/api/presign", strings.NewReader(`{"key":"a","mimeType":"a/b","size":1}`))
		if contentType != "" {
			req.Header.Set("Content-Type", contentType)
		}
		for _, accept := range []string{"", "*/*", "text/html", "application/cbor"} {
			req.Header.Set("Accept", accept)
			req.Body = io.NopCloser(strings.NewReader(`{"key":"a","mimeType":"a/b","size":1}`))
			if got := into[PresignedUpload](t, r.send("alice", req)); got.Key != "a" {
				t.Errorf("%q: %+v", contentType, got)
			}
		}
	}
}

func TestBodiesThatAreNotWhatTheyShouldBe(t *testing.T) {
	r := newRig(t, nil)
	for name, body := range map[string]string{
		"nothing":             "",
		"spaces":              "   ",
		"half":                `{"key":"a"`,
		"a text":              `"key"`,
		"a list":              `[{"key":"a","mimeType":"a/b","size":1}]`,
		"null":                "null",
		"true":                "true",
		"two":                 `{"key":"a","mimeType":"a/b","size":1}{}`,
		"a form":              "key=a&size=1",
		"a comma too many":    `{"key":"a","mimeType":"a/b","size":1,}`,
		"a comment":           `{"key":"a",/**/"mimeType":"a/b","size":1}`,
		"not a number":        `{"key":"a","mimeType":"a/b","size":NaN}`,
		"a leading zero":      `{"key":"a","mimeType":"a/b","size":01}`,
		"a member twice":      `{"key":"a","key":"b","mimeType":"a/b","size":1}`,
		"twice, deeper":       `{"key":"a","mimeType":"a/b","size":1,"metadata":{"x":"1","x":"2"}}`,
		"twice, escaped":      `{"key":"a","\u006bey":"b","mimeType":"a/b","size":1}`,
		"another case":        `{"Key":"a","mimeType":"a/b","size":1}`,
		"bytes that are none": "{\"key\":\"a\xff\",\"mimeType\":\"a/b\",\"size\":1}",
		"half a surrogate":    `{"key":"\ud83d","mimeType":"a/b","size":1}`,
		"a byte order mark":   "\ufeff" + `{"key":"a","mimeType":"a/b","size":1}`,
		"UTF-16":              "\x00{\x00}",
		"deep":                strings.Repeat("[", 60_000),
	} {
		t.Run(name, func(t *testing.T) {
			got := r.do("alice", http.MethodPost, "/api/presign", body)
			p := wantProblem(t, got, http.StatusBadRequest, files.CodeInvalid, "")
			if len(p.Detail) > 200 {
				t.Errorf("the detail repeats the body: %s", p.Detail)
			}
		})
	}
}

func TestBodiesAreBounded(t *testing.T) {
	r := newRig(t, nil)
	body := func(size int) string {
		const frame = `{"key":"a","mimeType":"a/b","size":1,"name":""}`
		return strings.Replace(frame, `""`, `"`+strings.Repeat("x", size-len(frame))+`"`, 1)
	}
	wantProblem(t, r.do("alice", http.MethodPost, "/api/presign", body(maxBody)), http.StatusBadRequest, files.CodeInvalidMetadata, "name")
	wantProblem(t, r.do("alice", http.MethodPost, "/api/presign", body(maxBody+1)), http.StatusRequestEntityTooLarge, files.CodeBodyTooLarge, "")

	// An endless body without a length is not read to its end.
	endless := &counter{}
	req := httptest.NewRequest(http.MethodPost, "/api/presign", endless)
	req.ContentLength = -1
	wantProblem(t, r.send("alice", req), http.StatusRequestEntityTooLarge, files.CodeBodyTooLarge, "")
	if endless.read > 2*maxBody {
		t.Errorf("%d bytes were read", endless.read)
	}
}

// counter is a body that never ends.
type counter struct{ read int }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	c.read += len(p)
	return len(p), nil
}

// What completes an upload of many parts arrives over half a megabit a second,
// before the server cuts the request off after a minute.
func TestTheTimeOfLargeBodies(t *testing.T) {
	if least, got := time.Duration(maxFinish/slowestBody)*time.Second, timeToRead(maxFinish); got < least || got > 50*time.Second {
		t.Errorf("%d bytes have %v, at least %v are needed", maxFinish, got, least)
	}
	if got := timeToRead(maxBody); got != bodyTimeout {
		t.Errorf("a small body has %v", got)
	}
}

func TestABodyThatBreaksOff(t *testing.T) {
	r := newRig(t, nil)
	req := httptest.NewRequest(http.MethodPost, "/api/presign", io.MultiReader(strings.NewReader(`{"key":`), broken{}))
	wantProblem(t, r.send("alice", req), http.StatusBadRequest, files.CodeInvalid, "")
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("reset") }

// The buffers of bodies are used again: one caller's bytes never reach another.
func TestBodiesDoNotMix(t *testing.T) {
	server := httptest.NewServer(newRig(t, nil))
	defer server.Close()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	reader := bufio.NewReader(connection)
	for _, key := range []string{strings.Repeat("long", 100), "short", "x"} {
		body := fmt.Sprintf(`{"key":%q,"mimeType":"a/b","size":1}`, key)
		_, _ = fmt.Fprintf(connection, "POST /api/presign HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		resp, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		answered, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(answered), fmt.Sprintf(`"key":%q`, key)) {
			t.Errorf("%q: %d %s %v", key, resp.StatusCode, answered, err)
		}
	}
}
