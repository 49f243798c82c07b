package edge_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"net/netip"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/edge"
	"github.com/bytepass/bytepass/runtime/edge/edgetest"
	"github.com/bytepass/bytepass/runtime/files"
)

const domain = "d111111abcdef8.cloudfront.net"

// now has a fraction of a second, as every real moment has.
var now = time.Date(2026, 10, 3, 12, 0, 0, 700_000_000, time.UTC)

var viewer = netip.MustParseAddr("192.0.2.7")

// theDownload is one as the API asks for it.
var theDownload = files.Download{
	ObjectKey:   "u/auth0~7C5f7c8ec7c33c6c004bbafe82/photos/2026/summer holiday.jpg",
	VersionID:   "3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY-MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo",
	Disposition: `attachment; filename="summer holiday.jpg"; filename*=UTF-8''summer%20holiday.jpg`,
}

func ecKey(t testing.TB) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func rsaKey(t testing.TB) crypto.Signer {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newSigner(t testing.TB, key edge.Key, hash edge.Hash) *edge.Signer {
	t.Helper()
	s, err := edge.New(edge.Config{Domain: domain, Keys: edge.Fixed(key), Hash: hash, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// edgeOf is a distribution that trusts these keys, at the moment at.
func edgeOf(at time.Time, keys ...edge.Key) edgetest.Edge {
	group := map[string]crypto.PublicKey{}
	for _, k := range keys {
		group[k.PairID] = k.Signer.Public()
	}
	return edgetest.Edge{Keys: group, Now: func() time.Time { return at }}
}
