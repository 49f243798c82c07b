package api

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

// BenchmarkPresign is the whole handler, signing included, without a network:
// what one core gives is 1e9 / (ns/op) requests a second.
func BenchmarkPresign(b *testing.B) {
	for name, target := range map[string][2]string{
		"body": {"/api/presign", `{"key":"photos/2026/a.jpg","mimeType":"image/jpeg","size":1024}`},
		"path": {"/api/files/photos/2026/a.jpg/presign", `{"mimeType":"image/jpeg","size":1024}`},
	} {
		b.Run(name, func(b *testing.B) {
			r := newRig(b, func(c *Config) { c.Log = slog.New(slog.NewJSONHandler(io.Discard, nil)) })
			body := strings.NewReader(target[1])
			req := httptest.NewRequest(http.MethodPost, target[0], body)
			req.Header.Set("Authorization", "Bearer alice")
			w := &sink{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				body.Reset(target[1])
				clear(w.header)
				r.ServeHTTP(w, req)
				if w.status != http.StatusOK {
					b.Fatal(w.status)
				}
			}
		})
	}
}

// BenchmarkList is a page of 100 files with a URL each.
func BenchmarkList(b *testing.B) {
	r := newRig(b, func(c *Config) { c.Log = slog.New(slog.DiscardHandler) })
	alice := person(b, "alice")
	for i := range 100 {
		r.put(alice, files.Key(fmt.Sprintf("photos/%03d.jpg", i)), nil)
	}
	req := httptest.NewRequest(http.MethodGet, "/api/files", nil)
	req.Header.Set("Authorization", "Bearer alice")
	w := &sink{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		r.ServeHTTP(w, req)
	}
}

// sink is a response that goes nowhere.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header             { return s.header }
func (s *sink) WriteHeader(status int)          { s.status = status }
func (s *sink) Write(p []byte) (int, error)     { return len(p), nil }
func (s *sink) SetReadDeadline(time.Time) error { return nil }
