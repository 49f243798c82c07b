package client

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestUntrusted: a certificate that nobody here knows is told at once, with the
// remedy, and not taken for a server that does not answer.
func TestUntrusted(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	tries := 0
	c, err := New(Config{BaseURL: s.URL, Retry: Retry{Waiting: func(error) { tries++ }}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.File(t.Context(), "k", "")
	if !errors.Is(err, ErrUntrusted) || tries > 0 || !strings.Contains(err.Error(), "SSL_CERT_FILE") {
		t.Errorf("after %d tries: %v", tries, err)
	}
}
