package api

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/auth"
	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/catalog/catalogtest"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign"
)

// here is the package's folder. A store that a test starts changes the working
// directory.
var here = func() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return dir
}()

var start = time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)

// people says who has which token: the token is the owner's name.
type people map[string]auth.Principal

func (p people) Authenticate(r *http.Request) (auth.Principal, error) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	principal, ok := p[token]
	if !ok {
		return auth.Principal{}, files.Problemf(files.CodeUnauthenticated, "", "there is no token")
	}
	return principal, nil
}

var everybody = people{
	"alice":  {Owner: "alice", Groups: []string{"team", "a/b"}, Scopes: []string{auth.ScopeRead, auth.ScopeWrite}},
	"bob":    {Owner: "bob"},
	"reader": {Owner: "alice", Scopes: []string{auth.ScopeRead}},
	"writer": {Owner: "alice", Scopes: []string{auth.ScopeWrite}},
}

// rig is the whole API on a real signer and an in-memory catalog and bucket.
type rig struct {
	http.Handler
	t       testing.TB
	catalog *catalogtest.Memory
	bucket  *memoryBucket
	log     *syncBuffer
}

func newRig(t testing.TB, change func(*Config)) *rig {
	t.Helper()
	now := func() time.Time { return start }
	r := &rig{t: t, catalog: catalogtest.NewMemory(now), bucket: &memoryBucket{versions: map[string][]files.Version{}}, log: &syncBuffer{}}
	signer, err := sign.New(sign.Config{
		Region: "eu-central-1", Bucket: "bucket", Now: now,
		Credentials: sign.Static(sign.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "secret"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		Auth: everybody, Uploads: signer, Downloads: signer, Catalog: r.catalog, Deleter: r.bucket, Restorer: r.bucket,
		Limits: files.Limits{MaxSize: 5 << 30, UploadURL: time.Minute, Put: 5 * time.Minute, Part: 15 * time.Minute, Get: 15 * time.Minute, MaxMetadata: 1900},
		Log:    slog.New(slog.NewJSONHandler(r.log, nil)), Now: now,
	}
	if change != nil {
		change(&cfg)
	}
	if r.Handler, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	return r
}

// answer is what came back.
type answer struct {
	*http.Response
	body []byte
}

// do sends a request with the token of as; nobody's if empty.
func (r *rig) do(as, method, target, body string, header ...string) answer {
	r.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req := httptest.NewRequest(method, target, reader)
	return r.send(as, req, header...)
}

func (r *rig) send(as string, req *http.Request, header ...string) answer {
	r.t.Helper()
	if as != "" {
		req.Header.Set("Authorization", "Bearer "+as)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	result := w.Result()
	got := answer{result, w.Body.Bytes()}
	if got.StatusCode >= http.StatusInternalServerError && got.StatusCode != http.StatusServiceUnavailable {
		r.t.Errorf("%s %s: %d %s\n%s", req.Method, req.URL, got.StatusCode, got.body, r.log)
	}
	return got
}

// into decodes a good answer.
func into[T any](t testing.TB, a answer) T {
	t.Helper()
	var v T
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("got %d %s: %s", a.StatusCode, a.Header.Get("Content-Type"), a.body)
	}
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return v
}

// wantProblem checks that the answer is a whole problem of this code and field.
func wantProblem(t testing.TB, a answer, status int, code files.Code, field string) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(a.body, &p); err != nil || a.Header.Get("Content-Type") != problemType {
		t.Fatalf("got %d %s, no problem: %s", a.StatusCode, a.Header.Get("Content-Type"), a.body)
	}
	if a.StatusCode != status || p.Status != status || p.Code != code || p.Field != field {
		t.Fatalf("got %d %s; want %d %s on the field %q", a.StatusCode, a.body, status, code, field)
	}
	if p.Type != "/docs#"+string(code) || p.Title == "" || p.Detail == "" || !strings.Contains(p.Message, p.Detail) {
		t.Fatalf("the problem is incomplete: %s", a.body)
	}
	return p
}

// put makes the file as an upload and ingest would.
func (r *rig) put(space files.Space, key files.Key, change func(*files.Record)) files.Record {
	r.t.Helper()
	object, err := space.ObjectKey(key)
	if err != nil {
		r.t.Fatal(err)
	}
	record := files.Record{
		Space: space, Key: key, Bucket: "bucket", Size: 5, MimeType: "image/png", ETag: "etag",
		VersionID: r.bucket.put(object, 5), UploadedAt: start, Status: files.Stored,
	}
	if change != nil {
		change(&record)
	}
	r.save(record)
	return record
}

// save writes a record, whatever there is.
func (r *rig) save(record files.Record) {
	r.t.Helper()
	_, revision, err := r.catalog.Get(r.t.Context(), record.Space, record.Key)
	if err == nil {
		err = r.catalog.Put(r.t.Context(), record, revision)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func person(t testing.TB, owner string) files.Space {
	t.Helper()
	space, err := files.Person(owner)
	if err != nil {
		t.Fatal(err)
	}
	return space
}

// syncBuffer is a log that the test reads.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

var _ interface {
	Deleter
	Restorer
} = (*memoryBucket)(nil)

var _ Catalog = catalog.Catalog(nil)
