package ingest

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

const secret = "0123456789abcdef"

func TestWebhook(t *testing.T) {
	put := string(readEvent(t, "versitygw/put.json"))
	for _, c := range []struct {
		name, method, path, bearer, body string
		fails                            bool
		status                           int
		keys                             []string
	}{
		{name: "secret in the path", path: "/hooks/" + secret, body: put, status: 204, keys: []string{"u/alice/a.txt"}},
		{name: "secret as a token", path: "/hooks", bearer: "Bearer " + secret, body: put, status: 204, keys: []string{"u/alice/a.txt"}},
		{name: "token without a scheme", path: "/hooks", bearer: secret, body: put, status: 204, keys: []string{"u/alice/a.txt"}},
		{name: "form upload", path: "/" + secret, body: string(readEvent(t, "versitygw/post-form.json")), status: 204, keys: []string{""}},
		{name: "test event", path: "/" + secret, body: string(readEvent(t, "versitygw/test-event.json")), status: 204},
		{name: "no secret", path: "/hooks/", body: put, status: 401},
		{name: "wrong secret", path: "/hooks/" + secret + "0", bearer: "Bearer x", body: put, status: 401},
		{name: "secret in another segment", path: "/" + secret + "/hooks", body: put, status: 401},
		{name: "secret in the query", path: "/hooks?secret=" + secret, body: put, status: 401},
		{name: "wrong method", method: "GET", path: "/" + secret, status: 405},
		{name: "garbage", path: "/" + secret, body: "<xml/>", status: 400},
		{name: "too large", path: "/" + secret, body: strings.Repeat(" ", maxNotification) + put, status: 413},
		{name: "another bucket", path: "/" + secret, body: strings.Replace(put, `"name": "bytepass"`, `"name": "scratch"`, 1), status: 204},
		{name: "handler fails", path: "/" + secret, body: put, fails: true, status: 503},
	} {
		t.Run(c.name, func(t *testing.T) {
			var keys []string
			h, err := Webhook(Hook{Secret: secret, Bucket: "bytepass", Keys: Plain, Log: slog.New(slog.DiscardHandler), Handle: func(_ context.Context, key string) error {
				if c.fails {
					return errors.New("the catalog is away")
				}
				keys = append(keys, key)
				return nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			method := c.method
			if method == "" {
				method = "POST"
			}
			r := httptest.NewRequest(method, c.path, strings.NewReader(c.body))
			if c.bearer != "" {
				r.Header.Set("Authorization", c.bearer)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != c.status || !slices.Equal(keys, c.keys) {
				t.Errorf("%d and keys %q, want %d and %q", w.Code, keys, c.status, c.keys)
			}
			if w.Body.Len() > 0 {
				t.Errorf("the answer has a body: %s", w.Body)
			}
		})
	}
}

// Unknown senders learn nothing, and are not read.
func TestWebhookReadsNothingWithoutTheSecret(t *testing.T) {
	h, err := Webhook(Hook{Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	body := strings.NewReader("x")
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", io.NopCloser(body)))
	if body.Len() != 1 {
		t.Error("the body was read")
	}
}

func TestWebhookRefusesAPoorSecret(t *testing.T) {
	for _, poor := range []string{"", "short", "0123456789abcde/fghij", "0123456789abcdef?", "0123456789abcde\u00e9"} {
		if _, err := Webhook(Hook{Secret: poor}); err == nil || !strings.Contains(err.Error(), "at least 16") {
			t.Errorf("%q: %v", poor, err)
		}
	}
}
