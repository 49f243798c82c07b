package edge_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/edge"
	"github.com/bytepass/bytepass/runtime/files"
)

// TestRefuses names what the signer does not sign.
func TestRefuses(t *testing.T) {
	key := edge.Key{PairID: "K1", Signer: ecKey(t)}
	s := newSigner(t, key, edge.SHA256)
	in := func(d time.Duration) edge.Policy { return edge.Policy{Expires: now.Add(d)} }
	early := in(time.Minute)
	early.NotBefore = now.Add(time.Minute)
	six := in(time.Minute)
	six.Source = netip.MustParsePrefix("2001:db8::/32")
	for name, tc := range map[string]struct {
		d files.Download
		p edge.Policy
	}{
		"no key":        {files.Download{VersionID: "1"}, in(time.Minute)},
		"expired":       {theDownload, in(-time.Second)},
		"expires now":   {theDownload, in(0)},
		"too long":      {theDownload, in(edge.MaxLife + time.Second)},
		"never begins":  {theDownload, early},
		"IPv6 address":  {theDownload, six},
		"zero lifetime": {theDownload, edge.Policy{}},
	} {
		if url, err := s.Custom(t.Context(), tc.d, tc.p); err == nil {
			t.Errorf("%s: signed as %s", name, url)
		}
	}
	if _, err := s.PresignGet(t.Context(), theDownload, edge.MaxLife); err != nil {
		t.Errorf("the longest life: %v", err)
	}

	for name, c := range map[string]edge.Config{
		"Domain": {Domain: "https://" + domain, Keys: edge.Fixed(key), Now: time.Now},
		"Keys":   {Domain: domain, Now: time.Now},
		"Now":    {Domain: domain, Keys: edge.Fixed(key)},
		"Hash":   {Domain: domain, Keys: edge.Fixed(key), Now: time.Now, Hash: 7},
	} {
		if _, err := edge.New(c); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("New: got %v, want an error that names %s", err, name)
		}
	}
}

// TestErrorsHoldNoURL checks that a failing key does not take the URL with it.
func TestErrorsHoldNoURL(t *testing.T) {
	s := newSigner(t, edge.Key{PairID: "K1", Signer: broken{ecKey(t)}}, edge.SHA256)
	_, err := s.PresignGet(t.Context(), theDownload, time.Minute)
	if !errors.Is(err, errBroken) || strings.Contains(err.Error(), "holiday") {
		t.Errorf("got %v, want the key's error without the URL", err)
	}
}
