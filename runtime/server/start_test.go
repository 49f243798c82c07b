package server

import (
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAddressInUse names the setting and the remedy, and touches nothing.
func TestAddressInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := l.Addr().String()
	for name, tc := range map[string]struct {
		change func(*Config)
		says   string
	}{
		"--listen":    {func(c *Config) { c.Listen = taken }, "LISTEN="},
		"--s3-listen": {func(c *Config) { c.S3Listen = taken }, "leave the flag out"},
	} {
		cfg := configOf(filepath.Join(t.TempDir(), "data"))
		tc.change(&cfg)
		err := Run(t.Context(), cfg)
		var setting *SettingError
		if !errors.As(err, &setting) || setting.Setting != name || !strings.Contains(err.Error(), taken+" is in use") || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestIssuerThatDoesNotAnswer: the server starts, because the issuer may come
// up after it, but says so.
func TestIssuerThatDoesNotAnswer(t *testing.T) {
	cfg := configOf(filepath.Join(t.TempDir(), "data"))
	cfg.Issuer, cfg.Audience = "http://127.0.0.1:1/realm", "files"
	var log logBuffer
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	s := runServer(t, cfg)
	log.await(t, "level=WARN")
	s.end()
	if n := strings.Count(log.String(), "level=WARN"); n != 1 || !strings.Contains(log.String(), "issuer=http://127.0.0.1:1/realm") {
		t.Errorf("%d warnings: %s", n, log.String())
	}
}

// TestDamagedCatalog says what to do about it, and that works.
func TestDamagedCatalog(t *testing.T) {
	cfg := configOf(filepath.Join(t.TempDir(), "data"))
	s := runServer(t, cfg)
	s.put("a.txt", "one")
	s.lists("a.txt")
	s.end()
	catalog := filepath.Join(cfg.Data, "catalog.db")
	if err := os.WriteFile(catalog, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	err := Run(t.Context(), cfg)
	if err == nil || !strings.Contains(err.Error(), catalog) || !strings.Contains(err.Error(), "move it away") {
		t.Fatalf("it says %v", err)
	}
	if err := os.Rename(catalog, catalog+".damaged"); err != nil {
		t.Fatal(err)
	}
	runServer(t, cfg).lists("a.txt")
}
