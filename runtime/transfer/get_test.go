package transfer

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
)

// impatient gives up as soon as it may.
var impatient = client.Retry{Patience: 1, First: 1, Longest: 1}

// store serves one file, and is anything but well.
func store(t *testing.T, size int64, serve func(w http.ResponseWriter, r *http.Request, content []byte)) (client.File, []byte) {
	t.Helper()
	content := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{}).Read(content) // never fails
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(w, r, content) }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	sum := sha256.Sum256(content)
	return client.File{
		Key: "film.mp4", Size: size, ETag: "e", ChecksumSHA256: base64.StdEncoding.EncodeToString(sum[:]),
		URL: s.URL + "/?X-Amz-Signature=secret", URLExpiresAt: time.Now().Add(time.Hour),
	}, content
}

// fetch gets a file both ways.
func fetch(t *testing.T, f client.File, content []byte) {
	t.Helper()
	e := New(Config{Store: NewStoreClient(nil, 1), Retry: impatient})
	path := filepath.Join(t.TempDir(), "film.mp4")
	if r, err := e.Get(t.Context(), f, path, nil); err != nil || r.Verified != "sha256" {
		t.Errorf("get: %+v, %v", r, err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, content) {
		t.Errorf("other bytes came, %v", err)
	}
	var out bytes.Buffer
	if r, err := e.GetStream(t.Context(), f, &out, nil); err != nil || r.Verified != "sha256" || !bytes.Equal(out.Bytes(), content) {
		t.Errorf("get as a stream: %+v, %v", r, err)
	}
}

// TestALineThatAlwaysBreaks: as long as bytes come, nobody gives up, however often
// the line breaks.
func TestALineThatAlwaysBreaks(t *testing.T) {
	f, content := store(t, 500, func(w http.ResponseWriter, r *http.Request, content []byte) {
		var first, last int
		if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &first, &last); err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Length", fmt.Sprint(last-first+1))
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write(content[first:min(first+7, len(content))])
		_ = http.NewResponseController(w).Flush()
		if first+7 < len(content) {
			panic(http.ErrAbortHandler)
		}
	})
	fetch(t, f, content)
}

// TestALineThatIsDead: where nothing comes the tries have an end.
func TestALineThatIsDead(t *testing.T) {
	var asked atomic.Int32
	f, _ := store(t, 500, func(http.ResponseWriter, *http.Request, []byte) {
		asked.Add(1)
		panic(http.ErrAbortHandler)
	})
	e := New(Config{Store: NewStoreClient(nil, 1), Retry: impatient})
	_, err := e.Get(t.Context(), f, filepath.Join(t.TempDir(), "film.mp4"), nil)
	if err == nil || asked.Load() < leastTries || asked.Load() > 10*leastTries || strings.Contains(err.Error(), "secret") {
		t.Errorf("asked %d times: %v", asked.Load(), err)
	}
}

// TestARangeThatWasNotAskedFor: what comes of it is written nowhere.
func TestARangeThatWasNotAskedFor(t *testing.T) {
	f, content := store(t, 2*chunk+1, func(w http.ResponseWriter, r *http.Request, content []byte) {
		var first, last int
		if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &first, &last); err != nil {
			_, _ = w.Write(content)
			return
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", last-first, len(content)))
		w.Header().Set("Content-Length", fmt.Sprint(last-first+1))
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write(content[:last-first+1])
	})
	fetch(t, f, content)
}

// TestAnUntrustedCertificate is no broken line: it is told at once, with the remedy.
func TestAnUntrustedCertificate(t *testing.T) {
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	for url, remedy := range map[string]string{secure.URL: "SSL_CERT_FILE", strings.Replace(plain.URL, "http:", "https:", 1): "TLS"} {
		tries := 0
		e := New(Config{Store: NewStoreClient(nil, 1), Retry: client.Retry{Patience: time.Hour, Waiting: func(error) { tries++ }}})
		f := client.File{Size: 1, URL: url + "/?X-Amz-Signature=secret", URLExpiresAt: time.Now().Add(time.Hour)}
		_, err := e.GetStream(t.Context(), f, io.Discard, nil)
		if err == nil || tries > 0 || !strings.Contains(err.Error(), remedy) || strings.Contains(err.Error(), "secret") || !errors.Is(err, client.ErrUntrusted) {
			t.Errorf("after %d tries: %v", tries, err)
		}
	}
}
