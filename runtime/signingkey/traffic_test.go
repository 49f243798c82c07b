package signingkey_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"net/netip"
	"time"

	"github.com/bytepass/bytepass/runtime/edge"
	"github.com/bytepass/bytepass/runtime/edge/edgetest"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

// edgeLag is how long an edge of the fake CloudFront does not know a key yet
// that has come into the group. A key that has left is unknown at once: the
// worst case of both.
const edgeLag = 30 * time.Minute

// traffic signs downloads all the time, with signers whose copies of the key
// are as young and as old as they may be, and asks the edge for every URL that
// has not expired.
type traffic struct {
	world   *world
	signers []*edge.Signer
	urls    []issued
	// known is what the edges knew when the first checked URLs were checked.
	known   map[string]crypto.PublicKey
	checked int
}

type issued struct {
	url     string
	expires time.Time
}

func newTraffic(w *world) (*traffic, error) {
	t := &traffic{world: w}
	for _, c := range []copyOfKey{
		{maxAge: 0},
		{maxAge: keyring.SignerMaxAge},
		{maxAge: keyring.SignerMaxAge, at: w.now.Add(-10 * time.Minute)},
		{maxAge: keyring.SignerMaxAge, at: w.now.Add(-20 * time.Minute)},
	} {
		c.world = w
		s, err := edge.New(edge.Config{
			Domain: "d111111abcdef8.cloudfront.net",
			Keys:   &c,
			Now:    func() time.Time { return w.now },
		})
		if err != nil {
			return nil, err
		}
		t.signers = append(t.signers, s)
	}
	return t, nil
}

// copyOfKey is a signer's copy: read again only when it is maxAge old. A copy
// that begins with an age is read again that much earlier.
type copyOfKey struct {
	world  *world
	maxAge time.Duration
	key    edge.Key
	at     time.Time
}

func (c *copyOfKey) Key(context.Context) (edge.Key, error) {
	if c.key.Signer != nil && c.world.now.Sub(c.at) < c.maxAge {
		return c.key, nil
	}
	ring, err := keyring.Parse(c.world.secret.current())
	if err != nil {
		return edge.Key{}, err
	}
	active := ring.Active()
	if active == nil {
		return edge.Key{}, fmt.Errorf("no active key in the ring of %s", ring.Name)
	}
	signer, err := active.Signer()
	if err != nil {
		return edge.Key{}, err
	}
	if c.key.Signer != nil || c.at.IsZero() {
		c.at = c.world.now
	}
	c.key = edge.Key{PairID: active.KeyPairID, Signer: signer}
	return c.key, nil
}

// sign signs one URL with each signer, for the longest life.
func (t *traffic) sign() error {
	for _, s := range t.signers {
		p, err := s.PresignGet(context.Background(), files.Download{ObjectKey: "u/alice/a.txt", VersionID: "v1"}, edge.MaxLife)
		if err != nil {
			return err
		}
		t.urls = append(t.urls, issued{p.URL, p.ExpiresAt})
	}
	return t.check()
}

// check asks the edge for every URL that has not expired. The answer depends
// on what the edges know only, so while that is the same each URL is asked for
// once.
func (t *traffic) check() error {
	known := t.world.knownAtEdges()
	if !maps.EqualFunc(known, t.known, func(a, b crypto.PublicKey) bool { return a.(*ecdsa.PublicKey).Equal(b) }) {
		t.known, t.checked = known, 0
	}
	e := edgetest.Edge{Keys: known, Now: func() time.Time { return t.world.now }}
	for _, u := range t.urls[t.checked:] {
		if !t.world.now.Before(u.expires) {
			continue
		}
		if err := e.Get(u.url, netip.MustParseAddr("192.0.2.7")); err != nil {
			return fmt.Errorf("at %s a URL that is valid until %s is refused: %w", t.world.now.Format(time.DateTime), u.expires.Format(time.DateTime), err)
		}
	}
	t.checked = len(t.urls)
	return nil
}

// knownAtEdges is the trusted key group as every edge knows it.
func (w *world) knownAtEdges() map[string]crypto.PublicKey {
	known := map[string]crypto.PublicKey{}
	g := w.cloudFront.group(w.cloudFront.trusted)
	if g == nil {
		return known
	}
	for id, joined := range g.joined {
		k := w.cloudFront.key(id)
		if k == nil || w.now.Sub(joined) < edgeLag {
			continue
		}
		block, _ := pem.Decode([]byte(*k.config.EncodedKey))
		public, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			panic("the fake took a public key that is none: " + err.Error())
		}
		known[id] = public
	}
	return known
}
