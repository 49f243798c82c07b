package e2e

import (
	"bytes"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/runtime/verify"
	"github.com/bytepass/bytepass/test/serve"
)

// verified verifies the stacks, with a second owner and the credentials of a
// signer's role. What is red is the emulator's: it ignores the disposition of
// download URLs with a version, and knows no s3:authType, so that the policy which
// denies a signer all headers denies nothing.
func verified(t *testing.T, d *emulated) {
	ctx := t.Context()
	token := func(owner string) client.TokenSource {
		good, err := d.Token(ctx, owner)
		if err != nil {
			t.Fatal(err)
		}
		return client.StaticToken(good)
	}
	bad, err := d.BadTokens(ctx)
	if err != nil {
		t.Fatal(err)
	}
	report, err := verify.Run(ctx, verify.Config{
		URL: d.URL(), Token: token(Alice), Other: token(Bob), Expired: bad["expired"], Origin: d.Differences().Origin,
		Signer: signerOf(t, d), Transport: d.Client().Transport, Timeout: 3 * patience, ListedWithin: patience,
		LeftoversAfter: time.Hour, // more than the run may take
	})
	if err != nil {
		t.Fatal(err)
	}
	var red []string
	for _, r := range report.Results {
		if r.State == verify.Failed {
			red = append(red, r.Name)
			t.Logf("%s: %v", r.Name, r.Failure)
		}
		if r.State == verify.NotChecked {
			t.Logf("%s: not checked: %s", r.Name, r.Why)
		}
	}
	t.Logf("measured: verify: %d checks of the stacks on the emulator in %.1f s, an upload listed after %v", len(report.Results), report.Took.Seconds(), report.Listed.Round(time.Millisecond))
	if want := []string{"disposition", "signer-header"}; !slices.Equal(red, want) {
		t.Errorf("red are %q, want %q", red, want)
	}
}

// signerOf returns credentials of the role that signs uploads.
func signerOf(t *testing.T, d *emulated) *verify.Credentials {
	t.Helper()
	policies, err := d.stack.RolePolicies(t.Context(), func(role string) bool { return strings.Contains(role, "UploadSigner") })
	if err != nil || len(policies) == 0 {
		t.Fatalf("the signer's role: %v", err)
	}
	c, err := d.stack.Assume(t.Context(), policies[0].Role)
	if err != nil {
		t.Fatal(err)
	}
	return &verify.Credentials{AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: *c.SessionToken}
}

// purged runs "bytepass purge" on the deployed bucket and table: the key is gone
// with its history, its neighbour is not.
func purged(t *testing.T, d *emulated) {
	w := NewWorld(t.Context(), d, "purged")
	for _, key := range []string{w.Key("a"), w.Key("a"), w.Key("ab")} {
		body := []byte("bytes")
		if a := w.Put(t, w.Presign(t, Alice, key, "text/plain", len(body), nil), body, nil); a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	w.Arrives(t, Alice, w.Key("a"), w.Key("ab"))
	binary, err := serve.Binary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	table, err := d.stack.Outputs.Find("CatalogTable")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, "purge", "--bucket", d.bucket, "--table", table, "--owner", Alice, "--key", w.Key("a"), "--yes", "--settle", "2s")
	cmd.Env = d.stack.Env()
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("nothing is left")) || !bytes.Contains(out, []byte("2 versions (10 bytes)")) {
		t.Errorf("%v\n%s", err, out)
	}
	if a := w.Call(t, Request{Method: "GET", Path: "/api/files?prefix=" + w.Folder(), Owner: Alice}, nil); !bytes.Contains(a.Body, []byte(w.Key("ab"))) || bytes.Contains(a.Body, []byte(w.Key("a")+`"`)) {
		t.Errorf("listed: %s", a.Body)
	}
}
