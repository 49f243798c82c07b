package stores

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

const hookSecret = "0123456789abcdef"

// hook takes notifications, and refuses the first of each key below refused.
type hook struct {
	*httptest.Server

	mu     sync.Mutex
	told   map[string]int // how often, by event and key: "ObjectCreated a/b"
	failed map[string]bool
}

const refusedOnce = "notify/again/"

func startHook(t *testing.T) *hook {
	h := &hook{told: map[string]int{}, failed: map[string]bool{}}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

// webhook is what a store is told of it.
func (h *hook) webhook() Webhook { return Webhook{URL: h.URL + "/events", Secret: hookSecret} }

// ServeHTTP takes a notification.
func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/events/"+hookSecret && r.Header.Get("Authorization") != "Bearer "+hookSecret {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var n struct {
		Records []struct {
			EventName string
			S3        struct{ Object struct{ Key string } }
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
		return // a test message
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, record := range n.Records {
		key := record.S3.Object.Key
		if plain, err := url.QueryUnescape(key); err == nil {
			key = plain
		}
		kind, _, _ := strings.Cut(strings.TrimPrefix(record.EventName, "s3:"), ":")
		if strings.HasPrefix(key, refusedOnce) && !h.failed[key] {
			h.failed[key] = true
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		h.told[kind+" "+key]++
	}
}

func (h *hook) was(event string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.told[event] > 0
}
