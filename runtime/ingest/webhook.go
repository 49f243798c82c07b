package ingest

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
)

// maxNotification bounds the body of a notification in bytes. A store sends a
// few kilobytes.
const maxNotification = 1 << 20

// minSecret is the least length of a webhook's secret in bytes.
const minSecret = 16

// Hook is what a webhook is made of. Every field but Keys is needed.
type Hook struct {
	// Secret is what the store proves itself with; see CheckSecret.
	Secret string
	// Bucket is the name of the bucket whose events count. Those of others are
	// taken and ignored: some stores tell about all.
	Bucket string
	Keys   KeyEncoding
	// Handle is called for each object key that changed, and with an empty one
	// when the store does not say which.
	Handle func(ctx context.Context, objectKey string) error
	Log    *slog.Logger
}

// CheckSecret returns nil if a secret will do: it has at least 16 bytes and
// travels in a path as it is.
func CheckSecret(secret string) error {
	if len(secret) < minSecret || strings.ContainsFunc(secret, unfitForPath) {
		return errors.New("the webhook's secret needs at least 16 letters, digits or -._~; make one with: openssl rand -hex 16")
	}
	return nil
}

func unfitForPath(c rune) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return false
	}
	return !strings.ContainsRune("-._~", c) // RFC 3986, section 2.3
}

// Webhook returns the handler that a store posts its notifications to. The
// sender proves itself with the secret, as a bearer token or as the last
// segment of the path, for senders that know only a URL.
//
// It answers 204 when every key was handled, 503 when one was not (a sender
// that repeats will repeat), and 4xx for what no repetition mends. No answer has
// a body: versitygw never closes one, and would lose a connection with each.
//
// The error is that of CheckSecret.
func Webhook(h Hook) (http.Handler, error) {
	if err := CheckSecret(h.Secret); err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
	}
	want := sha256.Sum256([]byte(h.Secret))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(h.receive(w, r, want))
	}), nil
}

func (h Hook) receive(w http.ResponseWriter, r *http.Request, want [sha256.Size]byte) (status int) {
	ctx := r.Context()
	if !knows(r, want) {
		return http.StatusUnauthorized
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return http.StatusMethodNotAllowed
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxNotification))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		h.Log.ErrorContext(ctx, "notification too large", "limit", tooLarge.Limit)
		return http.StatusRequestEntityTooLarge
	} else if err != nil {
		return http.StatusBadRequest
	}
	events, err := Decode(body, h.Keys)
	if err != nil {
		h.Log.ErrorContext(ctx, "unreadable notification", "error", err)
		return http.StatusBadRequest
	}
	status = http.StatusNoContent
	for _, e := range events {
		if e.Bucket != h.Bucket && e.Bucket != "" {
			h.Log.DebugContext(ctx, "event of another bucket", "bucket", e.Bucket)
			continue
		}
		if err := h.Handle(ctx, e.Key); err != nil {
			h.Log.ErrorContext(ctx, "notification failed", "error", err)
			status = http.StatusServiceUnavailable
		}
	}
	return status
}

// knows reports whether the request carries the secret. Digests are compared,
// in constant time, so that neither its bytes nor its length can be measured.
func knows(r *http.Request, want [sha256.Size]byte) bool {
	last := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	fromPath, fromHeader := sha256.Sum256([]byte(last)), sha256.Sum256([]byte(bearer))
	return subtle.ConstantTimeCompare(fromPath[:], want[:])|subtle.ConstantTimeCompare(fromHeader[:], want[:]) == 1
}
