package server

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/test/stores"
)

// relay is where a store sends its events before there is a server that takes
// them: to which it leads later.
type relay struct {
	*httptest.Server
	to atomic.Pointer[url.URL]
}

func newRelay(t *testing.T) *relay {
	r := &relay{}
	proxy := &httputil.ReverseProxy{
		Rewrite:  func(p *httputil.ProxyRequest) { p.SetURL(r.to.Load()) },
		ErrorLog: slog.NewLogLogger(quiet().Handler(), slog.LevelError), // the server ends before the store
	}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if r.to.Load() == nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		proxy.ServeHTTP(w, q)
	}))
	t.Cleanup(r.Close)
	return r
}

// TestStores runs a server on stores of other makers, with their own events
// where they have them: whatever happens to the bucket, the catalog follows.
func TestStores(t *testing.T) {
	goHome(t)
	for _, kind := range stores.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			hook := newRelay(t)
			store := stores.Start(t, kind, stores.Options{Webhook: stores.Webhook{URL: hook.URL + eventsPath, Secret: hookSecret}})
			const name = "files"
			if _, err := store.Client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: ptr(name)}); err != nil {
				t.Fatal(err)
			}
			if _, err := store.Client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
				Bucket: ptr(name), VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
			}); err != nil {
				t.Fatal(err)
			}
			tells, err := store.Notify(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			cfg := configOf(t.TempDir())
			cfg.S3 = S3{
				Endpoint: store.Endpoint, Region: store.Region, Bucket: name, PathStyle: true,
				AccessKey: store.AccessKey, SecretKey: store.SecretKey, WebhookSecret: hookSecret,
			}
			if !tells {
				cfg.S3.WebhookSecret, cfg.S3.PollEvery, cfg.S3.ReconcileEvery = "", time.Second, time.Second
			}
			var log logBuffer
			t.Cleanup(func() {
				if t.Failed() {
					t.Log(log.wrong())
				}
			})
			cfg.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			s := runServer(t, cfg)
			target, err := url.Parse(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			hook.to.Store(target)
			b := &foreignBucket{T: t, client: store.Client, name: name}
			ages(t, newForeign(cfg), kind)
			s.followed(b, kind)
			s.unfinished()
			s.rejected(b)
			s.stormed(b)
			if strings.Contains(log.String(), hookSecret) || strings.Contains(log.String(), store.SecretKey) {
				t.Error("a secret is in the log")
			}
		})
	}
}

// unfinished begins uploads in parts and finds those below a prefix.
func (s *served) unfinished() {
	s.Helper()
	for _, key := range []string{"parts/b.bin", "other.bin", "parts/a.bin"} {
		s.call("POST", "/api/uploads", map[string]any{"key": key, "mimeType": "application/octet-stream", "size": 20 << 20}, nil)
	}
	var list []struct{ Key, UploadID string }
	s.call("GET", "/api/uploads?prefix=parts/", nil, &list)
	if len(list) != 2 || list[0].Key != "parts/a.bin" || list[1].Key != "parts/b.bin" {
		s.Errorf("unfinished below parts/: %v", list)
	}
	for _, u := range list {
		s.call("DELETE", "/api/uploads/"+url.PathEscape(u.UploadID)+"?key="+url.QueryEscape(u.Key), nil, nil)
	}
}

// ages checks what the server takes from the bucket's lifecycle: which unfinished
// uploads it has to abort, and how long it remembers what was deleted.
func ages(t *testing.T, f *foreignStore, kind stores.Kind) {
	t.Helper()
	const stale = 7 * day
	if found, err := f.look(t.Context(), stale); err != nil || found != (ageing{abortAfter: stale, keep: forever}) {
		t.Errorf("without a lifecycle: %v, %v", found, err)
	}
	rule := types.LifecycleRule{
		ID: ptr("all"), Status: types.ExpirationStatusEnabled, Filter: &types.LifecycleRuleFilter{Prefix: ptr("")},
		NoncurrentVersionExpiration: &types.NoncurrentVersionExpiration{NoncurrentDays: ptr(int32(100))},
	}
	want := ageing{abortAfter: stale, keep: 130 * day}
	switch kind {
	case stores.VersityGW: // has no lifecycle
		want.keep = forever
	case stores.MinIO: // aborts uploads that are a day old, and takes no rule about it
	default:
		want.abortAfter = 0
		rule.AbortIncompleteMultipartUpload = &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: ptr(int32(7))}
	}
	_, err := f.s3.PutBucketLifecycleConfiguration(t.Context(), &s3.PutBucketLifecycleConfigurationInput{
		Bucket: &f.cfg.Bucket, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{rule}},
	})
	if (err == nil) != (kind != stores.VersityGW) {
		t.Errorf("writing a lifecycle: %v", err)
	}
	if found, err := f.look(t.Context(), stale); err != nil || found != want {
		t.Errorf("with a lifecycle: %v, %v; want %v", found, err, want)
	}
}

// followed uploads, and changes the bucket behind the server's back.
func (s *served) followed(b *foreignBucket, kind stores.Kind) {
	s.Helper()
	const key = "dir/a+b %20 é?#&\U0001F4BE.txt"
	s.put(key, "one")
	start := time.Now()
	s.lists(key)
	first := time.Since(start)
	b.remove("u/dev/" + key)
	s.lists()
	start = time.Now()
	b.put("u/dev/by-hand", "two", nil)
	s.lists("by-hand")
	s.Logf("measured: %s: the first upload to a new bucket is listed after %v, the next after %v", kind, first.Round(time.Millisecond), time.Since(start).Round(time.Millisecond))
	s.call("DELETE", "/api/files", map[string]any{"key": "by-hand"}, nil)
	s.lists()
	s.call("POST", "/api/restore", map[string]any{"key": "by-hand"}, nil)
	s.lists("by-hand")
	b.remove("u/dev/by-hand")
	s.lists()
}

// rejected uploads what is not what was declared.
func (s *served) rejected(b *foreignBucket) {
	s.Helper()
	b.put("u/dev/large", "three", map[string]string{files.DeclarationMeta: files.Declaration{MaxSize: ptr(int64(4))}.Encode()})
	var page []struct{ Key string }
	for end := time.Now().Add(longest); len(page) == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			s.Fatal("what is too large is not listed as rejected")
		}
		s.call("GET", "/api/rejected", nil, &page)
	}
	for end := time.Now().Add(longest); b.there("u/dev/large"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			s.Fatal("what was rejected is still there")
		}
	}
}

// stormed has several people change the same keys at once.
func (s *served) stormed(b *foreignBucket) {
	s.Helper()
	var people sync.WaitGroup
	for person := range uint64(3) {
		people.Go(func() {
			r := rand.New(rand.NewPCG(1, person))
			// Each has keys of its own: not every store keeps versions of a key
			// apart that is written twice at the same time.
			for n := range 30 {
				key := fmt.Sprintf("u/dev/storm/%d/%d", person, r.IntN(4))
				if r.IntN(3) == 0 {
					b.remove(key)
				} else {
					b.put(key, fmt.Sprint(n), nil)
				}
			}
		})
	}
	people.Wait()
	want := b.keys("u/dev/")
	for i := range want {
		want[i] = strings.TrimPrefix(want[i], "u/dev/")
	}
	s.lists(want...)
}

// foreignBucket is a bucket that its owner changes.
type foreignBucket struct {
	*testing.T
	client *s3.Client
	name   string
}

func (b *foreignBucket) put(key, body string, metadata map[string]string) {
	b.Helper()
	if _, err := b.client.PutObject(b.Context(), &s3.PutObjectInput{Bucket: &b.name, Key: &key, Body: strings.NewReader(body), Metadata: metadata}); err != nil {
		b.Error(err)
	}
}

func (b *foreignBucket) remove(key string) {
	b.Helper()
	if _, err := b.client.DeleteObject(b.Context(), &s3.DeleteObjectInput{Bucket: &b.name, Key: &key}); err != nil {
		b.Error(err)
	}
}

func (b *foreignBucket) there(key string) bool {
	b.Helper()
	return slices.Contains(b.keys(key), key)
}

func (b *foreignBucket) keys(prefix string) (keys []string) {
	b.Helper()
	out, err := b.client.ListObjectsV2(b.Context(), &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix})
	if err != nil {
		b.Fatal(err)
	}
	for _, o := range out.Contents {
		keys = append(keys, *o.Key)
	}
	return keys
}

// logBuffer is a log that can be read while it is written.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// await waits until a text is in the log.
func (l *logBuffer) await(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(longest); !strings.Contains(l.String(), text); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the log does not say %q: %s", text, l.String())
		}
	}
}

// wrong returns the lines that are about something else than a request that was
// answered.
func (l *logBuffer) wrong() string {
	var lines []string
	for line := range strings.Lines(l.String()) {
		if !strings.Contains(line, "status=200") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}
