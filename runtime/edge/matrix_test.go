package edge_test

import (
	"encoding/base64"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/edge"
	"github.com/bytepass/bytepass/runtime/edge/edgetest"
	"github.com/bytepass/bytepass/runtime/files"
)

// TestMatrix tries what a holder of a URL could do to it, for both kinds of
// key, both hashes and both kinds of policy. Only the untouched URL, in its
// time, with its key in the group, is served.
func TestMatrix(t *testing.T) {
	for _, kind := range []struct {
		name string
		key  edge.Key
		hash edge.Hash
	}{
		{"ECDSA-SHA256", edge.Key{PairID: "KEC", Signer: ecKey(t)}, edge.SHA256},
		{"ECDSA-SHA1", edge.Key{PairID: "KEC", Signer: ecKey(t)}, edge.SHA1},
		{"RSA-SHA256", edge.Key{PairID: "KRSA", Signer: rsaKey(t)}, edge.SHA256},
		{"RSA-SHA1", edge.Key{PairID: "KRSA", Signer: rsaKey(t)}, edge.SHA1},
	} {
		s := newSigner(t, kind.key, kind.hash)
		expires := now.Add(10 * time.Minute)
		canned, err := s.Canned(t.Context(), theDownload, expires)
		if err != nil {
			t.Fatal(err)
		}
		custom, err := s.Custom(t.Context(), theDownload, edge.Policy{
			Expires: expires, NotBefore: now.Add(-time.Minute), Source: netip.MustParsePrefix("192.0.2.0/24"),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Run(kind.name+"/canned", func(t *testing.T) { matrix(t, kind.key, kind.hash, canned) })
		t.Run(kind.name+"/custom", func(t *testing.T) { matrix(t, kind.key, kind.hash, custom) })
	}
}

func matrix(t *testing.T, key edge.Key, hash edge.Hash, url string) {
	other := edge.Key{PairID: "KOTHER", Signer: ecKey(t)}
	impostor := edge.Key{PairID: key.PairID, Signer: ecKey(t)}
	at := now.Add(time.Minute)
	group := edgeOf(at, key, other)

	// The policy of another URL of the same key, for "other policy".
	longer, err := newSigner(t, key, hash).Custom(t.Context(), files.Download{ObjectKey: "u/mallory/x"}, edge.Policy{Expires: now.Add(edge.MaxLife)})
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := newSigner(t, other, hash).Canned(t.Context(), theDownload, now.Add(10*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	replaced := func(old, with string) string {
		if !strings.Contains(url, old) {
			t.Fatalf("the URL has no %q to replace", old)
		}
		return strings.Replace(url, old, with, 1)
	}
	param := func(from, name string) string {
		_, rest, ok := strings.Cut(from, name+"=")
		if !ok {
			return ""
		}
		value, _, _ := strings.Cut(rest, "&")
		return value
	}
	changed := func(name string, change func(string) string) string {
		old := param(url, name)
		return strings.Replace(url, name+"="+old, name+"="+change(old), 1)
	}

	for _, tc := range []struct {
		name   string
		url    string
		edge   edgetest.Edge
		served bool
	}{
		{"untouched", url, group, true},
		{"just before the expiry", url, edgeOf(now.Truncate(time.Second).Add(10*time.Minute-time.Second), key), true},
		{"at the expiry", url, edgeOf(now.Truncate(time.Second).Add(10*time.Minute), key), false},
		{"other path", replaced("summer%20holiday.jpg?", "winter%20holiday.jpg?"), group, false},
		{"other owner", replaced("/u/", "/g/"), group, false},
		{"longer path", replaced("?versionId", "/x?versionId"), group, false},
		{"other host", replaced(domain, "d222222abcdef8.cloudfront.net"), group, false},
		{"plain http", replaced("https:", "http:"), group, false},
		{"other version", replaced("versionId=3", "versionId=4"), group, false},
		{"no version", changed("versionId", func(string) string { return "" }), group, false},
		{"other disposition", replaced("attachment", "inline"), group, false},
		{"another parameter", replaced("&Signature=", "&response-content-type=text%2Fhtml&Signature="), group, false},
		{"parameters in another order", replaced("versionId="+param(url, "versionId")+"&", "") + "&versionId=" + param(url, "versionId"), group, false},
		{"later expiry", changed(policyParam(url), func(v string) string { return later(t, v) }), group, false},
		{"other policy", changed(policyParam(url), func(v string) string {
			if v == param(url, "Policy") && v != "" {
				return param(longer, "Policy")
			}
			return "2000000000"
		}), group, false},
		{"other policy with its signature", strings.Split(url, "?")[0] + "?Policy=" + param(longer, "Policy") +
			"&Signature=" + param(longer, "Signature") + "&Key-Pair-Id=" + key.PairID + "&Hash-Algorithm=" + param(longer, "Hash-Algorithm"), group, false},
		{"no policy", strings.Replace(url, policyParam(url)+"="+param(url, policyParam(url)), "", 1), group, false},
		{"other key's signature", changed("Signature", func(string) string { return param(foreign, "Signature") }), group, false},
		{"other key's id", changed("Key-Pair-Id", func(string) string { return other.PairID }), group, false},
		{"other key under this id", url, edgeOf(at, impostor), false},
		{"tampered signature", changed("Signature", flip), group, false},
		{"cut signature", changed("Signature", func(v string) string { return v[:len(v)-8] }), group, false},
		{"no signature", changed("Signature", func(string) string { return "" }), group, false},
		{"other hash", otherHash(url), group, false},
		{"removed key", url, edgeOf(at, other), false},
		{"empty group", url, edgeOf(at), false},
	} {
		err := tc.edge.Get(tc.url, viewer)
		if served := err == nil; served != tc.served {
			t.Errorf("%s: served is %t (%v), want %t", tc.name, served, err, tc.served)
		}
		if group.Get(tc.url, viewer) == nil && tc.url != url {
			t.Errorf("%s: another URL is served", tc.name)
		}
	}
	if strings.Contains(url, "Policy=") {
		if err := group.Get(url, netip.MustParseAddr("198.51.100.1")); err == nil {
			t.Error("another address: served")
		}
		if err := edgeOf(now.Add(-2*time.Minute), key).Get(url, viewer); err == nil {
			t.Error("before its time: served")
		}
	}
}

func policyParam(url string) string {
	if strings.Contains(url, "Policy=") {
		return "Policy"
	}
	return "Expires"
}

// later moves the expiry of a canned or a custom policy's parameter.
func later(t *testing.T, v string) string {
	t.Helper()
	if len(v) == 10 {
		return "2" + v[1:]
	}
	swap := strings.NewReplacer("-", "+", "_", "=", "~", "/")
	policy, err := base64.StdEncoding.DecodeString(swap.Replace(v))
	if err != nil {
		t.Fatal(err)
	}
	const end = `"DateLessThan":{"AWS:EpochTime":1`
	if !strings.Contains(string(policy), end) {
		t.Fatalf("no %s in the policy", end)
	}
	policy = []byte(strings.Replace(string(policy), end, end[:len(end)-1]+"2", 1))
	return strings.NewReplacer("+", "-", "=", "_", "/", "~").Replace(base64.StdEncoding.EncodeToString(policy))
}

// flip changes one bit in the middle of base64.
func flip(v string) string {
	with := "A"
	if v[20] == 'A' {
		with = "B"
	}
	return v[:20] + with + v[21:]
}

func otherHash(url string) string {
	if rest, ok := strings.CutSuffix(url, "&Hash-Algorithm=SHA256"); ok {
		return rest
	}
	return url + "&Hash-Algorithm=SHA256"
}
