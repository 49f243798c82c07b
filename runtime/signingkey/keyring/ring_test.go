package keyring_test

import (
	"crypto"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

var now = time.Date(2026, 10, 3, 12, 0, 0, 0, time.UTC)

func generate(t *testing.T, a keyring.Algorithm) keyring.Key {
	t.Helper()
	k, err := keyring.Generate(a, now)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestRoundTrip(t *testing.T) {
	r := keyring.Ring{
		Format: 1, Name: "bytepass-1", KeyGroupID: "kg", Algorithm: keyring.RSA2048, RotateAfterDays: 90,
		Keys: []keyring.Key{generate(t, keyring.RSA2048), generate(t, keyring.ECDSAP256)}, FormerKeyGroups: []string{"old"},
	}
	r.Keys[1].Status = keyring.StatusActive
	got, err := keyring.Parse(r.Encode())
	if err != nil || !reflect.DeepEqual(got, r) {
		t.Errorf("got %v %v", got, err)
	}
	if got.Active() == nil || got.Active().Fingerprint != r.Keys[1].Fingerprint {
		t.Error("the active key is another")
	}
	clone := r.Clone()
	clone.Keys[0].Status, clone.FormerKeyGroups[0] = keyring.StatusRetiring, "x"
	if r.Keys[0].Status != keyring.StatusNew || r.FormerKeyGroups[0] != "old" {
		t.Error("the clone shares memory with the ring")
	}
}

func TestParse(t *testing.T) {
	for _, empty := range []string{"", "{}", `{"format":0}`} {
		if r, err := keyring.Parse(empty); err != nil || !r.Empty() {
			t.Errorf("%q: got %v %v, want the empty ring", empty, r, err)
		}
	}
	for _, wrong := range []string{
		"s3cret-passw0rd", `"s3cret"`, `{"format":2,"name":"s3cret"}`, `{"name":"s3cret"}`,
		`{"format":1,"name":"a","keys":[{"status":"s3cret"}]}`,
		`{"format":1,"name":"a","keys":[{"status":"active"},{"status":"active"}]}`,
		`{"format":1,"name":"a","keys":"s3cret"}`,
	} {
		if _, err := keyring.Parse(wrong); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: got the error %v, want one that quotes nothing", wrong, err)
		}
	}
}

func TestPairs(t *testing.T) {
	for _, a := range []keyring.Algorithm{keyring.ECDSAP256, keyring.RSA2048} {
		k := generate(t, a)
		signer, err := k.Signer()
		if err != nil {
			t.Fatal(err)
		}
		if k.Algorithm() != a || len(k.Fingerprint) != 20 || !k.Since.Equal(now) || k.Status != keyring.StatusNew {
			t.Errorf("%s: made %s %s %s %s", a, k.Algorithm(), k.Fingerprint, k.Status, k.Since)
		}
		if _, err := signer.Sign(nil, make([]byte, 32), crypto.SHA256); err != nil {
			t.Error(err)
		}
		if other := generate(t, a); other.Fingerprint == k.Fingerprint {
			t.Error("two pairs are the same")
		}
		k.PrivateKey = ""
		if _, err := k.Signer(); err == nil {
			t.Error("a key without a private half signs")
		}
		k.PrivateKey = k.PublicKey
		if _, err := k.Signer(); err == nil || strings.Contains(err.Error(), "BEGIN") {
			t.Errorf("a public key as the private one: %v", err)
		}
	}
}

func TestParseAlgorithm(t *testing.T) {
	for in, want := range map[string]keyring.Algorithm{"": keyring.ECDSAP256, "ECDSA_P256": keyring.ECDSAP256, "RSA_2048": keyring.RSA2048} {
		if got, err := keyring.ParseAlgorithm(in); err != nil || got != want {
			t.Errorf("%q: got %s %v", in, got, err)
		}
	}
	if _, err := keyring.ParseAlgorithm("ed25519"); err == nil {
		t.Error("ed25519 is taken")
	}
}
