package auth

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"

	"github.com/bytepass/bytepass/runtime/files"
)

const (
	// keysRest is how long a fetch that worked rules out the next: a stream of
	// tokens with invented key ids costs the issuer no more than that.
	keysRest = 10 * time.Second
	// keysAge is when keys are asked for again although all are known, so that
	// a key that the issuer has withdrawn stops counting.
	keysAge = 15 * time.Minute
	// The pause after a failed fetch doubles from the one to the other.
	firstPause, longestPause = time.Second, time.Minute

	fetchTimeout = 10 * time.Second
)

// keySource holds the issuer's public keys.
type keySource struct {
	issuer string
	client *http.Client // of newWay
	log    *slog.Logger
	now    func() time.Time

	fetches singleflight.Group

	mu      sync.RWMutex
	keys    []jose.JSONWebKey
	fetched time.Time // when keys arrived; zero before the first
	next    time.Time // no fetch before this
	pause   time.Duration
	err     error // of the last fetch
}

// find returns the keys with this id; all keys for a token that names none. It
// fetches them when there is no such key or the keys are old, unless a fetch
// was just made. The error is a *files.Problem with CodeUnavailable: no key
// was found, and the issuer could not be asked.
func (s *keySource) find(ctx context.Context, id string) ([]jose.JSONWebKey, error) {
	found, due, err := s.look(id)
	if !due {
		return found, err
	}
	return s.update(ctx, id, func() bool { _, due, _ := s.look(id); return due })
}

// newer is find for a token that none of the keys found has signed: the issuer
// may have another one under the same id by now, or under none. It fetches the
// keys unless a fetch was just made.
func (s *keySource) newer(ctx context.Context, id string) ([]jose.JSONWebKey, error) {
	return s.update(ctx, id, s.rested)
}

// update fetches the keys if that is still due when its turn comes, and returns
// those with this id.
func (s *keySource) update(ctx context.Context, id string, due func() bool) ([]jose.JSONWebKey, error) {
	done := s.fetches.DoChan("", func() (any, error) {
		// Whoever waited for the fetch before this one needs none of his own.
		if due() {
			s.fetch(context.WithoutCancel(ctx))
		}
		return nil, nil
	})
	select {
	case <-ctx.Done():
		return nil, &files.Problem{Code: files.CodeUnavailable, Detail: "the issuer's keys did not arrive in time; try again", Err: ctx.Err()}
	case <-done:
	}
	found, _, err := s.look(id)
	return found, err
}

// rested reports whether the issuer may be asked again.
func (s *keySource) rested() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return !s.now().Before(s.next)
}

// look searches the keys that are here and says whether a fetch is due.
func (s *keySource) look(id string) (found []jose.JSONWebKey, due bool, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, key := range s.keys {
		if id == "" || key.KeyID == id {
			found = append(found, key)
		}
	}
	now := s.now()
	due = (len(found) == 0 || now.Sub(s.fetched) > keysAge) && !now.Before(s.next)
	if len(found) == 0 && s.err != nil {
		err = &files.Problem{Code: files.CodeUnavailable, Detail: "the issuer of the tokens does not answer; try again", Err: s.err}
	}
	return found, due, err
}

// fetch replaces the keys. When that fails the old ones stay.
func (s *keySource) fetch(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	keys, err := s.download(ctx)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
	if err != nil {
		s.pause = min(max(2*s.pause, firstPause), longestPause)
		s.next = s.now().Add(s.pause)
		s.log.Warn("the issuer's keys could not be fetched", "issuer", s.issuer, "error", err, "again_in", s.pause)
		return
	}
	s.keys, s.fetched, s.pause = keys, s.now(), 0
	s.next = s.fetched.Add(keysRest)
}

// download asks for the discovery document (OpenID Connect Discovery 1.0,
// section 4) and the key set that it names (RFC 7517, section 5).
func (s *keySource) download(ctx context.Context) ([]jose.JSONWebKey, error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, s.client), s.issuer)
	if err != nil {
		return nil, err
	}
	var document struct {
		KeySet string `json:"jwks_uri"`
	}
	if err := provider.Claims(&document); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, document.KeySet, nil)
	if err != nil {
		return nil, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the key set answers %s", resp.Status)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	return parseKeySet(body)
}

// parseKeySet returns the public signature keys of a key set. Keys of kinds
// that are not known are skipped, as RFC 7517, section 5, asks, and short ones.
func parseKeySet(body []byte) ([]jose.JSONWebKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, fmt.Errorf("the key set is not JSON: %w", err)
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(raw, &key) != nil || !key.Valid() || !key.IsPublic() || key.Use == "enc" || short(key) {
			continue
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("the key set has no public key that verifies signatures")
	}
	return keys, nil
}

// short reports whether an RSA key has fewer bits than signatures of tokens need
// (RFC 7518, sections 3.3 and 3.5).
func short(key jose.JSONWebKey) bool {
	public, ok := key.Key.(*rsa.PublicKey)
	return ok && public.N.BitLen() < 2048
}
