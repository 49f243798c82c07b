package server

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/sign"
	"github.com/bytepass/bytepass/runtime/storetest"
)

const hookSecret = "0123456789abcdef"

// onStore returns the configuration of a server on a foreign store, which is
// looked through as often as can be.
func onStore(data string, store *storetest.Store) Config {
	c := configOf(data)
	c.S3 = S3{
		Endpoint: store.Endpoint, Bucket: store.Bucket, PathStyle: true,
		AccessKey: store.AccessKey, SecretKey: store.SecretKey, PollEvery: time.Second,
	}
	return c
}

// notify sends a notification about keys as versitygw would, and returns the
// status of the answer.
func (s *served) notify(path, bearer, bucket string, keys ...string) int {
	s.Helper()
	var records []string
	for _, key := range keys {
		records = append(records, `{"eventSource":"aws:s3","eventName":"s3:ObjectCreated:Put","s3":{"bucket":{"name":"`+bucket+`"},"object":{"key":"`+key+`"}}}`)
	}
	r, err := http.NewRequestWithContext(s.Context(), http.MethodPost, s.URL+path, strings.NewReader(`{"Records":[`+strings.Join(records, ",")+`]}`))
	if err != nil {
		s.Fatal(err)
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// A store that tells nothing: uploads are found by looking, and what the API
// itself changes is known at once.
func TestForeignStoreWithoutEvents(t *testing.T) {
	store := storetest.Start(t)
	cfg := onStore(t.TempDir(), store)
	s := runServer(t, cfg)
	if s.Store != store.Endpoint || s.Bucket != store.Bucket {
		t.Errorf("the store is %s and the bucket %s", s.Store, s.Bucket)
	}
	s.put("a.txt", "one")
	s.lists("a.txt")
	s.end()

	cfg.S3.PollEvery = time.Hour // nothing is found by looking any more
	s = runServer(t, cfg)
	s.lists("a.txt")
	s.call("DELETE", "/api/files", map[string]any{"key": "a.txt"}, nil)
	s.lists()
	s.call("POST", "/api/restore", map[string]any{"key": "a.txt"}, nil)
	s.lists("a.txt")
	s.put("b.txt", "two")
	s.end()
	runServer(t, cfg).lists("a.txt", "b.txt") // the first reconcile has found it
}

// Events come with a secret, and the catalog is right whatever they say.
func TestForeignStoreWithEvents(t *testing.T) {
	store := storetest.Start(t)
	cfg := onStore(t.TempDir(), store)
	cfg.S3.WebhookSecret, cfg.S3.PollEvery = hookSecret, 0
	var log logBuffer
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	s := runServer(t, cfg)
	log.await(t, "reconciled") // else that finds what comes without an event
	s.lists()
	s.put("a.txt", "one")
	for name, c := range map[string]struct {
		path, bearer string
		want         int
	}{
		"no secret":       {"/events", "", 401},
		"forged":          {"/events", "fedcba9876543210", 401},
		"forged in path":  {"/events/fedcba9876543210", "", 401},
		"not the path":    {"/eventsand/" + hookSecret, "", 404},
		"another bucket":  {"/events/" + hookSecret, "", 204},
		"none of our own": {"/events/" + hookSecret, "", 204},
	} {
		bucket, key := store.Bucket, "u/dev/a.txt"
		if name == "another bucket" {
			bucket = "scratch"
		}
		if name == "none of our own" {
			key = "elsewhere"
		}
		if got := s.notify(c.path, c.bearer, bucket, key); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	s.lists()
	if got := s.notify("/events", hookSecret, store.Bucket, "u/dev/a.txt"); got != 204 {
		t.Fatalf("a good event: %d", got)
	}
	s.listsNow("a.txt")

	// Repeated, late, out of order, and for keys that are gone or never were.
	s.put("b.txt", "two")
	if _, err := store.Client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &store.Bucket, Key: ptr("u/dev/a.txt")}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if got := s.notify("/events/"+hookSecret, "", store.Bucket, "u/dev/b.txt", "u/dev/a.txt", "u/dev/b.txt", "u/dev/never.txt"); got != 204 {
			t.Errorf("a good event: %d", got)
		}
	}
	s.listsNow("b.txt")
}

// URLs are signed for the address that clients reach, as a user who may do
// nothing else, and the console may talk to that address.
func TestForeignStoreOfTwoAddressesAndUsers(t *testing.T) {
	store := storetest.Start(t)
	cfg := onStore(t.TempDir(), store)
	cfg.S3.PublicEndpoint = "https://S3.example:443/"
	s := runServer(t, cfg)
	if url := s.sign("a", 1, nil).URL.String(); !strings.HasPrefix(url, "https://s3.example/files/u/dev/a?") {
		t.Errorf("signed is %s", url)
	}
	res, err := http.Get(s.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if policy := res.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "connect-src 'self' https://s3.example;") {
		t.Errorf("the page's policy is %s", policy)
	}

	cfg.S3.PathStyle, cfg.S3.SignerAccessKey, cfg.S3.SignerSecretKey = false, "signer", "secret-of-signer"
	place := cfg.S3.place()
	place.Now = time.Now
	signer, err := sign.New(place)
	if err != nil || signer.Origin() != "https://files.s3.example" {
		t.Fatalf("with the bucket in the host, signed is for %s, %v", signer.Origin(), err)
	}
	signed, err := signer.PresignGet(t.Context(), files.Download{ObjectKey: "u/dev/a"}, time.Minute)
	if err != nil || !strings.Contains(signed.URL, "X-Amz-Credential=signer%2F") {
		t.Errorf("signed is %s, %v", signed.URL, err)
	}
}

// Pages that the store does not let in are named: their uploads would fail in
// the browser alone.
func TestOriginsThatTheStoreDoesNotLetIn(t *testing.T) {
	store := storetest.Start(t)
	if _, err := store.Client.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: &store.Bucket, CORSConfiguration: &types.CORSConfiguration{
		CORSRules: []types.CORSRule{{AllowedOrigins: []string{"https://files.example"}, AllowedMethods: []string{"PUT"}, AllowedHeaders: []string{"*"}}},
	}}); err != nil {
		t.Fatal(err)
	}
	cfg := onStore(t.TempDir(), store)
	cfg.PublicURL, cfg.Origins = "https://files.example", []string{"https://app.example"}
	cfg.S3.FileSystem = true
	var log logBuffer
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	s := newForeign(cfg)
	if _, err := s.prepare(t.Context(), provision.Settings{}); err != nil {
		t.Fatal(err)
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
	if strings.Count(log.String(), "level=WARN") != 1 || !strings.Contains(log.String(), "origins=https://app.example\n") {
		t.Errorf("the log says %s", log.String())
	}
}

// Making an object of others may take longer than anything else.
func TestPatience(t *testing.T) {
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		takes, err := time.ParseDuration(r.Header.Get("Takes"))
		if err != nil {
			t.Error(err)
		}
		select {
		case <-r.Context().Done():
		case <-time.After(takes):
		}
	}))
	defer slow.Close()
	over := newTransport()
	defer over.CloseIdleConnections()
	p := patience{quick: newHTTPClient(over, 50*time.Millisecond), long: newHTTPClient(over, longest)}
	for _, c := range []struct {
		method, query, source string
		waits                 bool
	}{
		{http.MethodPost, "?uploadId=u", "", true},
		{http.MethodPut, "", "/files/a?versionId=v", true},
		{http.MethodPost, "?uploads", "", false},
		{http.MethodGet, "?uploadId=u", "", false},
		{http.MethodHead, "", "", false},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, slow.URL+"/files/a"+c.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.source != "" {
			r.Header.Set("X-Amz-Copy-Source", c.source)
		}
		r.Header.Set("Takes", "5s")
		if c.waits {
			r.Header.Set("Takes", "300ms")
		}
		res, err := p.Do(r)
		if err == nil {
			res.Body.Close()
		}
		if (err == nil) != c.waits {
			t.Errorf("%s %s: %v", c.method, c.query, err)
		}
	}
}

// A database, an issuer and a store of one's own: nothing is on disk.
func TestForeignStoreNeedsNoFolder(t *testing.T) {
	database := startPostgres(t).Database(t)
	store := storetest.Start(t)
	cfg := onStore(filepath.Join(t.TempDir(), "data"), store)
	cfg.Database, cfg.Issuer, cfg.Audience = database, "http://127.0.0.1:1/realm", "files"
	s := runServer(t, cfg)
	if _, err := os.Stat(cfg.Data); s.Data != "" || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the data folder is %q, and looking for it gives %v", s.Data, err)
	}
	s.end()

	key := "u/alice/by-hand.txt"
	if _, err := store.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &store.Bucket, Key: &key, Body: strings.NewReader("one")}); err != nil {
		t.Fatal(err)
	}
	for _, mended := range []int64{1, 0} {
		if counts, err := Reconcile(t.Context(), cfg, nil); err != nil || counts.Changed != mended {
			t.Errorf("reconcile mended %d records, %v; want %d", counts.Changed, err, mended)
		}
	}
}

// What is wrong with the store is said before anything is served, with the
// setting and the remedy.
func TestForeignStoreThatWillNotDo(t *testing.T) {
	store := storetest.Start(t)
	if _, err := store.Client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: ptr("plain")}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change        func(*Config)
		setting, says string
	}{
		"unknown key":  {func(c *Config) { c.S3.AccessKey = "nobody" }, "--s3-access-key", "does not know"},
		"wrong secret": {func(c *Config) { c.S3.SecretKey = "wrong" }, "--s3-secret-key", "not the secret"},
		"unknown signer": {func(c *Config) {
			c.S3.SignerAccessKey, c.S3.SignerSecretKey = "nobody", "secret"
		}, "--s3-signer-access-key", "does not know"},
		"signer's wrong secret": {func(c *Config) {
			c.S3.SignerAccessKey, c.S3.SignerSecretKey = c.S3.AccessKey, "wrong"
		}, "--s3-signer-secret-key", "not the secret"},
		"no bucket":     {func(c *Config) { c.S3.Bucket = "missing" }, "--s3-bucket", "bytepass provision"},
		"no versions":   {func(c *Config) { c.S3.Bucket = "plain" }, "--s3-bucket", "bytepass provision"},
		"wrong region":  {func(c *Config) { c.S3.Region = "eu-west-1" }, "--s3-region", "us-east-1"},
		"TLS to no TLS": {func(c *Config) { c.S3.Endpoint = strings.Replace(store.Endpoint, "http:", "https:", 1) }, "--s3-endpoint", "http://"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := onStore(t.TempDir(), store)
			c.change(&cfg)
			wantSetting(t, Run(t.Context(), cfg), c.setting, c.says)
		})
	}
}

func ptr[T any](v T) *T { return &v }
