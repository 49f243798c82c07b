package issuer

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Rotating is an Issuer whose published keys the test changes: it stands in
// front of the certified one, which serves everything else.
type Rotating struct {
	*Issuer
	server *http.Server

	fetches atomic.Int64
	mu      sync.Mutex
	keys    []jose.JSONWebKey // published, public
}

// StartRotating runs an issuer that knows these owners until Close. At first it
// publishes its own key alone.
func StartRotating(ctx context.Context, owners ...string) (*Rotating, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	is, err := start(ctx, map[string]any{"owners": owners, "issuer": "http://" + l.Addr().String()})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	behind, err := url.Parse(is.URL)
	if err != nil {
		return nil, errors.Join(err, l.Close(), is.Close())
	}
	is.URL = "http://" + l.Addr().String()
	r := &Rotating{Issuer: is}
	r.Publish(r.Key())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /jwks", r.serveKeys)
	mux.Handle("/", &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(behind)
		p.Out.Host = p.In.Host // it builds its URLs from the name that it is called by
	}})
	r.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go r.server.Serve(l) // until Close
	return r, nil
}

func (r *Rotating) serveKeys(w http.ResponseWriter, _ *http.Request) {
	r.fetches.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	w.Header().Set("Content-Type", "application/jwk-set+json")
	json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: r.keys}) // the client is gone: nobody to tell
}

// Publish makes these the keys that the issuer names from now on.
func (r *Rotating) Publish(private ...jose.JSONWebKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = nil
	for _, key := range private {
		r.keys = append(r.keys, key.Public())
	}
}

// Fetches returns how often the keys were asked for.
func (r *Rotating) Fetches() int { return int(r.fetches.Load()) }

// Close ends the issuer.
func (r *Rotating) Close() error { return errors.Join(r.server.Close(), r.Issuer.Close()) }

// Key returns the issuer's own key.
func (is *Issuer) Key() jose.JSONWebKey { return NewKey(keyID, jose.RS256, is.key) }

// NewKey returns a key for signatures.
func NewKey(id string, algorithm jose.SignatureAlgorithm, key crypto.PrivateKey) jose.JSONWebKey {
	return jose.JSONWebKey{Key: key, KeyID: id, Algorithm: string(algorithm), Use: "sig"}
}

// SignWith signs claims as an access token with any key; header adds to the
// token's header or changes it.
func SignWith(key jose.JSONWebKey, claims map[string]any, header map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	opts := (&jose.SignerOptions{}).WithType("at+jwt")
	for name, value := range header {
		opts = opts.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key}, opts)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}
