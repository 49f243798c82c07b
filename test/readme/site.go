package readme

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog/sql/pgtest"
	"github.com/bytepass/bytepass/test/issuer"
	"github.com/bytepass/bytepass/test/process"
	"github.com/bytepass/bytepass/test/project"
	"github.com/bytepass/bytepass/test/serve"
	"github.com/bytepass/bytepass/test/stores"
)

const webhookSecret = "secret-of-the-webhook"

// site is what an operator begins with: the parts of an installation, each a
// real one of its own, and a proxy in front of where the server will be.
type site struct {
	values map[string]string // of the variables that the pages use
	shell  *shell
}

// startSite starts the parts and a shell for the length of the test.
func startSite(t testing.TB, folder string) *site {
	t.Helper()
	listen, err := process.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(toServer(listen))
	t.Cleanup(front.Close)
	// versitygw is told its webhook when it starts: this stands for the
	// operator who starts it again with the secret.
	store := stores.Start(t, stores.VersityGW, stores.Options{Webhook: stores.Webhook{URL: front.URL + "/events", Secret: webhookSecret}})
	conf := filepath.Join(folder, "conf")
	if err := os.Mkdir(conf, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(conf, "webhook-secret"), []byte(webhookSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	login, err := issuer.Start(context.WithoutCancel(t.Context()), "canary", "canary2")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := login.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &site{values: map[string]string{
		"FILES": front.URL, "LISTEN": listen, "STORE": store.Endpoint, "BUCKET": "files",
		"AWS_ACCESS_KEY_ID": store.AccessKey, "AWS_SECRET_ACCESS_KEY": store.SecretKey,
		"DATABASE": pgtest.Start(t, pgtest.Quick()...).Database(t),
		"ISSUER":   login.URL, "AUDIENCE": issuer.Audience, "APP": "https://app.example", "CONF": conf,
	}}
	binary, err := serve.Binary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	gateway, err := project.Tool(".tools/versitygw", "tools/versitygw.sh")
	if err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "PATH="+strings.Join([]string{filepath.Dir(binary), filepath.Dir(gateway), os.Getenv("PATH")}, ":"))
	for name, value := range s.values {
		env = append(env, name+"="+value)
	}
	s.shell = startShell(t, folder, env)
	return s
}

// toServer is a proxy as operators have one, to a server that may be away.
func toServer(address string) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: address})
			r.Out.Host, r.Out.URL.RawQuery = r.In.Host, r.In.URL.RawQuery
			r.SetXForwarded()
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
}

// run runs a snippet as the operator.
func (s *site) run(t *testing.T, code string) {
	t.Helper()
	began := time.Now()
	printed, err := s.shell.run(code)
	if err != nil {
		t.Fatalf("%v\n%s\nprinted:\n%s", err, code, printed)
	}
	first, _, _ := strings.Cut(code, "\n")
	t.Logf("measured: the snippet that begins with %q takes %v\n%s", first, time.Since(began).Round(10*time.Millisecond), printed)
}

// hasValues checks that the site has its own values for all that a snippet
// exports.
func (s *site) hasValues(t *testing.T, code string) {
	t.Helper()
	for line := range strings.Lines(code) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
		words, ok := strings.CutPrefix(line, "export ")
		if !ok {
			t.Errorf("%q exports nothing", line)
		}
		for _, word := range strings.Fields(words) {
			if name, _, _ := strings.Cut(word, "="); s.values[name] == "" {
				t.Errorf("the test has no value for %s", name)
			}
		}
	}
}
