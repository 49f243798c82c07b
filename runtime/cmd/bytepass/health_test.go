package main

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHealth(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write([]byte(`{"detail":"not ready: catalog"}`))
	})
	plain, secure := httptest.NewServer(mux), httptest.NewTLSServer(mux)
	defer plain.Close()
	defer secure.Close()
	cert := filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("BYTEPASS_URL", plain.URL)
	for name, tc := range map[string]struct {
		args []string
		code int
		says string
	}{
		"not ready":            {nil, exitFailed, "not ready: catalog"},
		"alive":                {[]string{"--live"}, exitDone, "ok\n"},
		"alive by HTTPS":       {[]string{"--live", "--url", secure.URL, "--tls-cert", cert}, exitDone, "ok\n"},
		"nobody's certificate": {[]string{"--live", "--url", secure.URL}, exitFailed, "certificate"},
		"nothing there":        {[]string{"--url", plain.URL + "/else"}, exitFailed, "404"},
		"nobody":               {[]string{"--url", "http://127.0.0.1:1"}, exitFailed, "does not answer"},
		"no URL":               {[]string{"--url", "files.example"}, exitUsage, "--url"},
		"no certificate":       {[]string{"--tls-cert", cert + "x"}, exitUsage, "--tls-cert"},
	} {
		code, stdout, stderr := command(t, append([]string{"health"}, tc.args...)...)
		if code != tc.code || !strings.Contains(stdout+stderr, tc.says) {
			t.Errorf("%s: exit code %d, %q, %q", name, code, stdout, stderr)
		}
	}
}
