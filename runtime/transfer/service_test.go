package transfer

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/bytepass/bytepass/runtime/client"
)

// service answers the requests of an Engine without a network.
type service func(*http.Request) (status int, body string)

// What a service may do instead of answering.
const (
	silence = 0
	hangUp  = -1
)

// RoundTrip takes the request and answers it, or does not.
func (s service) RoundTrip(r *http.Request) (*http.Response, error) {
	defer r.Body.Close()
	status, body := s(r)
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	switch status {
	case silence:
		<-r.Context().Done()
		return nil, r.Context().Err()
	case hangUp:
		return nil, io.ErrUnexpectedEOF
	}
	answer := httptest.NewRecorder()
	answer.WriteHeader(status)
	_, _ = answer.WriteString(body) // never fails
	return answer.Result(), nil
}

// engine returns an Engine on a service.
func engine(t *testing.T, s service) *Engine {
	t.Helper()
	api, err := client.New(client.Config{BaseURL: "http://api.example", HTTP: &http.Client{Transport: s}})
	if err != nil {
		t.Fatal(err)
	}
	return New(Config{API: api, Store: &http.Client{Transport: s}})
}
