package server

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A server that cannot write to its data folder is not ready, says that it is
// the disk, and is ready again when it can.
func TestReadyAsksForTheDisk(t *testing.T) {
	cfg := configOf(filepath.Join(t.TempDir(), "data"))
	s := runServer(t, cfg)
	s.until("/readyz", http.StatusOK)
	away := cfg.Data + "-away"
	if err := os.Rename(cfg.Data, away); err != nil {
		t.Fatal(err)
	}
	if status, body := s.get("/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "disk") {
		t.Errorf("without its folder /readyz answers %d %s", status, body)
	}
	if err := os.Rename(away, cfg.Data); err != nil {
		t.Fatal(err)
	}
	s.until("/readyz", http.StatusOK)
}
