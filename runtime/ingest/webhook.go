package ingest

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
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

// Webhook returns the handler that a store posts its notifications to. It calls
// handle for each object key that changed, and with an empty one when the store
// does not say which. The sender proves itself with the secret, as a bearer
// token or as the last segment of the path, for senders that know only a URL.
//
// It answers 204 when handle took every key, 503 when it did not (a sender that
// repeats will repeat), and 4xx for what no repetition mends. No answer has a
// body: versitygw never closes one, and would lose a connection with each.
//
// The error is about the secret: it needs at least 16 bytes and no slash.
func Webhook(secret string, keys KeyEncoding, handle func(ctx context.Context, objectKey string) error, log *slog.Logger) (http.Handler, error) {
	if len(secret) < minSecret || strings.Contains(secret, "/") {
		return nil, errors.New("ingest: the webhook's secret needs at least 16 bytes and no slash; make one with: openssl rand -hex 16")
	}
	want := sha256.Sum256([]byte(secret))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(receive(w, r, want, keys, handle, log))
	}), nil
}

func receive(w http.ResponseWriter, r *http.Request, want [sha256.Size]byte, keys KeyEncoding, handle func(context.Context, string) error, log *slog.Logger) (status int) {
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
		log.ErrorContext(ctx, "notification too large", "limit", tooLarge.Limit)
		return http.StatusRequestEntityTooLarge
	} else if err != nil {
		return http.StatusBadRequest
	}
	events, err := Decode(body, keys)
	if err != nil {
		log.ErrorContext(ctx, "unreadable notification", "error", err)
		return http.StatusBadRequest
	}
	for _, e := range events {
		if err := handle(ctx, e.Key); err != nil {
			log.ErrorContext(ctx, "notification failed", "error", err)
			return http.StatusServiceUnavailable
		}
	}
	return http.StatusNoContent
}

// knows reports whether the request carries the secret. Digests are compared,
// in constant time, so that neither its bytes nor its length can be measured.
func knows(r *http.Request, want [sha256.Size]byte) bool {
	last := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	fromPath, fromHeader := sha256.Sum256([]byte(last)), sha256.Sum256([]byte(bearer))
	return subtle.ConstantTimeCompare(fromPath[:], want[:])|subtle.ConstantTimeCompare(fromHeader[:], want[:]) == 1
}
