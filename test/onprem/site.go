package onprem

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/bytepass/bytepass/runtime/catalog/sql/pgtest"
	"github.com/bytepass/bytepass/test/e2e"
	"github.com/bytepass/bytepass/test/issuer"
	"github.com/bytepass/bytepass/test/serve"
	"github.com/bytepass/bytepass/test/stores"
)

const (
	bucket        = "files"
	webhookSecret = "secret-of-the-webhook"
	origin        = "http://localhost:3000"
	foreignOrigin = "http://evil.example"
)

// Site is a running installation. It is a deployment that the end-to-end list
// can run on.
type Site struct {
	Servers []*serve.Server // all behind the balancer

	store    *stores.Store
	issuer   *issuer.Issuer
	balancer *balancer
}

var _ e2e.Deployment = (*Site)(nil)

// Start sets up a site with so many servers on a store of this kind, for the
// length of the test.
func Start(t testing.TB, kind stores.Kind, servers int) *Site {
	t.Helper()
	// The balancer comes first, because versitygw does not start before its
	// webhook answers.
	s := &Site{balancer: balance(t)}
	s.store = stores.Start(t, kind, stores.Options{
		Webhook: stores.Webhook{URL: s.balancer.URL + "/events", Secret: webhookSecret}, Origins: []string{origin},
	})
	binary, err := serve.Binary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.provision(t, binary)
	if s.issuer, err = issuer.Start(context.WithoutCancel(t.Context()), e2e.Owners()...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.issuer.Close(); err != nil {
			t.Error(err)
		}
	})
	folder := t.TempDir()
	settings := filepath.Join(folder, "bytepass.yaml")
	s.write(t, settings, pgtest.Start(t, pgtest.Quick()...).Database(t))
	for i := range servers {
		s.Servers = append(s.Servers, s.serve(t, binary, filepath.Join(folder, strconv.Itoa(i)), settings))
	}
	return s
}

// write writes the configuration that all servers have.
func (s *Site) write(t testing.TB, path, database string) {
	t.Helper()
	settings := map[string]any{
		"s3-endpoint": s.store.Endpoint, "s3-region": s.store.Region, "s3-bucket": bucket,
		"s3-access-key": s.store.AccessKey, "s3-secret-key": s.store.SecretKey,
		"s3-file-system": s.Differences().FileSystem,
		"database":       database, "issuer": s.issuer.URL, "audience": issuer.Audience,
		"public-url": s.balancer.URL, "origin": []string{origin},
	}
	if s.store.Kind != stores.SeaweedFS { // it tells nobody of anything
		settings["webhook-secret"] = webhookSecret
	}
	if s.store.Kind == stores.SeaweedFS || s.store.Kind == stores.Ceph { // whose new topic is silent for half a minute
		settings["poll-every"] = "1s"
	}
	text, err := yaml.Marshal(settings)
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// serve runs a server and puts it behind the balancer.
func (s *Site) serve(t testing.TB, binary, data, settings string) *serve.Server {
	t.Helper()
	server, err := serve.Start(binary, data, "--config", settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	t.Logf("measured: serve on %s and PostgreSQL is ready after %v", s.store.Kind, server.Took.Round(10*time.Millisecond))
	s.balancer.add(t, server.URL)
	return server
}

// URL is the balancer's.
func (s *Site) URL() string { return s.balancer.URL }

// Client reaches all of it.
func (s *Site) Client() *http.Client { return &http.Client{Timeout: 5 * time.Minute} }

// Guest is nobody: without a token nobody comes in.
func (s *Site) Guest() string { return "" }

// Token asks the issuer for one.
func (s *Site) Token(ctx context.Context, owner string) (string, error) {
	return s.issuer.Token(ctx, owner)
}

// BadTokens are those that the issuer did not give, or gave for something else.
func (s *Site) BadTokens(context.Context) (map[string]string, error) {
	return e2e.BadTokens(s.issuer)
}
