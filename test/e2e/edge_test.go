package e2e

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/bytepass/bytepass/runtime/edge/edgetest"
	"github.com/bytepass/bytepass/test/emulator"
	"github.com/bytepass/bytepass/test/issuer"
)

// atEdge is a stage whose downloads come from CloudFront, and with a log bucket
// that CloudTrail may write to, beside the other one in the same emulator. The
// emulator's edge reads the bucket by its policy, but asks for no signature,
// ignores versions and dispositions, and caches nothing: signatures are judged by
// package edgetest, with the keys that CloudFront has.
type atEdge struct {
	*emulated
	cloudFront *cloudfront.Client
}

// deployAtEdge deploys the stage to the emulator of d.
func deployAtEdge(t *testing.T, d *emulated) *atEdge {
	t.Helper()
	stack, err := d.stack.Beside(t.Context(), t.TempDir(), map[string]string{
		"bytepass:issuer": d.issuer.URL, "bytepass:audience": issuer.Audience,
		"bytepass:stage": "edge", "bytepass:retain": "false", "bytepass:delivery": "cloudfront", "bytepass:cloudTrail": "true", "bytepass:origins": "http://localhost:3000",
	}, func(step string) { t.Logf("%s ==> %s", time.Now().Format(time.TimeOnly), step) })
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range stack.Times {
		t.Logf("measured: emulator, with delivery: %s: %.1f s", step.Step, step.Took.Seconds())
	}
	e := &atEdge{
		emulated:   &emulated{stack: stack, issuer: d.issuer, bucket: find(t, stack, "BucketName")},
		cloudFront: cloudfront.NewFromConfig(stack.Admin()),
	}
	if e.api, err = stack.APIURL(); err != nil {
		t.Fatal(err)
	}
	return e
}

func find(t *testing.T, stack *emulator.Stack, output string) string {
	t.Helper()
	value, err := stack.Outputs.Find(output)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// Client reaches the edge, too: the emulator serves it by plain HTTP.
func (e *atEdge) Client() *http.Client {
	client := e.emulated.Client()
	client.Transport = plain{client.Transport}
	return client
}

type plain struct{ next http.RoundTripper }

func (p plain) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Hostname(), ".cloudfront.net") {
		r = r.Clone(r.Context())
		r.URL.Scheme = "http"
	}
	return p.next.RoundTrip(r)
}

// delivery deploys with delivery on, downloads, deploys again, rotates the key,
// takes rights away, and destroys.
func delivery(t *testing.T, d *emulated) {
	e := deployAtEdge(t, d)
	t.Run("adaptations", func(t *testing.T) {
		const name = "no edge logs"
		adaptationsAreKnown(t, e.stack.Changes, map[string]string{
			"StorageDeliveryLogSource": name, "StorageDeliveryLogDestination": name, "StorageDeliveryLogDelivery": name, "StorageTrail": "no trail",
		})
	})
	for _, name := range []string{"a file arrives and is read, deleted and restored", "storage client", "a stored page never runs", "paging"} {
		i := slices.IndexFunc(Cases(), func(c Case) bool { return c.Name == name })
		t.Run(name, func(t *testing.T) { Cases()[i].Run(t, NewWorld(t.Context(), e, name)) })
	}
	w := NewWorld(t.Context(), e, "delivery")
	key := w.Key("page.html")
	w.Upload(t, Alice, key, "text/html", []byte("<script>alert(1)</script>"))
	w.Arrives(t, Alice, key)
	t.Run("headers", func(t *testing.T) { headersAtEdge(t, w, key) })
	t.Run("only the edge reads", func(t *testing.T) { onlyTheEdgeReads(t, e, w, key) })
	t.Run("deploy again", func(t *testing.T) { deployAgain(t, e) })
	t.Run("rotation", func(t *testing.T) { rotation(t, e, w, key) })
	t.Run("rights", func(t *testing.T) { rightsAtEdge(t, e, w, key) })
	t.Run("destroy", func(t *testing.T) { destroyAtEdge(t, e) })
}

// headersAtEdge: what comes from the edge is harmless, and an error tells nothing.
func headersAtEdge(t *testing.T, w *World, key string) {
	a := w.Download(t, w.File(t, Alice, key).URL)
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Strict-Transport-Security": "max-age=63072000", "Cache-Control": "private, max-age=900", "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id": "",
	} {
		if got := a.Header.Get(name); a.Status != http.StatusOK || got != want {
			t.Errorf("%d: %s is %q, not %q", a.Status, name, got, want)
		}
	}
	// S3 itself names no bucket here, as the emulator does.
	gone := w.Download(t, strings.Replace(w.File(t, Alice, key).URL, "page.html", "other.html", 1))
	if gone.Status != http.StatusForbidden || strings.Contains(string(gone.Body), "other.html") {
		t.Errorf("a file that is not there is answered %d %s", gone.Status, gone.Body)
	}
}

// onlyTheEdgeReads: the bucket's policy is what lets it in, and it names this
// distribution.
func onlyTheEdgeReads(t *testing.T, e *atEdge, w *World, key string) {
	store, bucket := e.Store()
	policy, err := store.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	set := func(text string) {
		if _, err := store.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &text}); err != nil {
			t.Fatal(err)
		}
	}
	download := func() int { return w.Download(t, w.File(t, Alice, key).URL).Status }
	distribution := find(t, e.stack, "Distribution")
	if !strings.Contains(*policy.Policy, distribution) {
		t.Fatalf("the bucket's policy does not name %s: %s", distribution, *policy.Policy)
	}
	set(strings.ReplaceAll(*policy.Policy, distribution, distribution+"X"))
	if status := download(); status != http.StatusForbidden {
		t.Errorf("for another distribution's policy the download gives %d", status)
	}
	set(*policy.Policy)
	if status := download(); status != http.StatusOK {
		t.Errorf("with the policy back the download gives %d", status)
	}
}

// state is what a deployment or a rotation could change.
func (e *atEdge) state(t *testing.T) string {
	t.Helper()
	group, err := e.cloudFront.GetKeyGroup(t.Context(), &cloudfront.GetKeyGroupInput{Id: aws.String(e.keyGroup(t))})
	if err != nil {
		t.Fatal(err)
	}
	_, id, _ := strings.Cut(find(t, e.stack, "Distribution"), "distribution/")
	distribution, err := e.cloudFront.GetDistribution(t.Context(), &cloudfront.GetDistributionInput{Id: &id})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := secretsmanager.NewFromConfig(e.stack.Admin()).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(find(t, e.stack, "SigningKeySecret"))})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(*group.ETag, *distribution.ETag, *secret.VersionId)
}

// keyGroup returns the id of the one key group.
func (e *atEdge) keyGroup(t *testing.T) string {
	t.Helper()
	groups, err := e.cloudFront.ListKeyGroups(t.Context(), &cloudfront.ListKeyGroupsInput{})
	if err != nil || len(groups.KeyGroupList.Items) != 1 {
		t.Fatalf("the key groups: %+v, %v", groups, err)
	}
	return *groups.KeyGroupList.Items[0].KeyGroup.Id
}

func deployAgain(t *testing.T, e *atEdge) {
	before := e.state(t)
	if _, err := e.stack.Deploy(t.Context(), e.stack.App); err != nil {
		t.Fatal(err)
	}
	if after := e.state(t); after != before {
		t.Errorf("a second deployment changed %s to %s", before, after)
	}
}

// rotation: the schedule's call changes nothing before it is due; a rotation on
// demand adds a key, and URLs go on working, the old ones too.
func rotation(t *testing.T, e *atEdge, w *World, key string) {
	old, before := w.File(t, Alice, key).URL, e.state(t)
	if n := e.accept(t, old); n != 1 {
		t.Errorf("the key group has %d keys, not 1", n)
	}
	if err := e.call(t.Context(), t, "rotate"); err != nil {
		t.Fatal(err)
	}
	if after := e.state(t); after != before {
		t.Errorf("a rotation that is not due changed %s to %s", before, after)
	}
	if err := e.call(t.Context(), t, "rotate-now"); err != nil {
		t.Fatal(err)
	}
	for _, signed := range []string{old, w.File(t, Alice, key).URL} {
		if n := e.accept(t, signed); n != 2 {
			t.Errorf("the key group has %d keys in a rotation, not 2", n)
		}
	}
}

// accept checks a URL with the keys of the group, as the edge does, and that it
// is good for nothing else. It returns how many keys there are.
func (e *atEdge) accept(t *testing.T, signed string) int {
	t.Helper()
	group, err := e.cloudFront.GetKeyGroup(t.Context(), &cloudfront.GetKeyGroupInput{Id: aws.String(e.keyGroup(t))})
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]crypto.PublicKey{}
	for _, id := range group.KeyGroup.KeyGroupConfig.Items {
		public, err := e.cloudFront.GetPublicKey(t.Context(), &cloudfront.GetPublicKeyInput{Id: &id})
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode([]byte(*public.PublicKey.PublicKeyConfig.EncodedKey))
		if keys[id], err = x509.ParsePKIXPublicKey(block.Bytes); err != nil {
			t.Fatal(err)
		}
	}
	judge := edgetest.Edge{Keys: keys, Now: time.Now}
	from := netip.MustParseAddr("203.0.113.9")
	if err := judge.Get(signed, from); err != nil {
		t.Errorf("the edge would refuse a URL: %v", err)
	}
	if judge.Get(strings.Replace(signed, "page.html", "other.html", 1), from) == nil {
		t.Error("a URL is good for another file")
	}
	return len(keys)
}

// call invokes the signing key's function as its schedule or an operator does.
func (e *atEdge) call(ctx context.Context, t *testing.T, action string) error {
	t.Helper()
	return e.stack.Invoke(ctx, find(t, e.stack, "SigningKeyFunction"), map[string]string{
		"action": action, "secretArn": find(t, e.stack, "SigningKeySecret"),
	})
}

// rightsAtEdge: what only this delivery grants is needed, statement by statement.
func rightsAtEdge(t *testing.T, e *atEdge, w *World, key string) {
	signs := func() error {
		if a := w.Do(t, Request{Method: "GET", Path: "/api/file?key=" + key, Owner: Alice}); a.Status != http.StatusOK {
			return fmt.Errorf("%d %s", a.Status, a.Body)
		}
		return nil
	}
	revokes := func() error { return e.call(t.Context(), t, "revoke") }
	policies, err := e.stack.RolePolicies(t.Context(), func(role string) bool { return strings.HasPrefix(role, "bytepass-edge-") })
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, p := range policies {
		for i, statement := range p.Statements {
			works := map[string]func() error{"ReadSigningKey": signs, "KeepSecret": revokes, "KeepPublicKeys": revokes}[sidOf(t, statement)]
			if works == nil {
				continue
			}
			tried++
			without := p
			without.Statements = slices.Delete(slices.Clone(p.Statements), i, i+1)
			for _, step := range []struct {
				policy emulator.Policy
				fails  bool
			}{{without, true}, {p, false}} {
				if err := e.stack.PutRolePolicy(t.Context(), step.policy); err != nil {
					t.Fatal(err)
				}
				if err := e.stack.RestartFunctions(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := works(); (err != nil) != step.fails {
					t.Errorf("%s, taken away: %v: %v", sidOf(t, statement), step.fails, err)
				}
			}
		}
	}
	if tried != 3 {
		t.Errorf("%d statements were taken away, not 3", tried)
	}
}

// destroyAtEdge: nothing of the delivery is left.
func destroyAtEdge(t *testing.T, e *atEdge) {
	if err := e.stack.Destroy(t.Context(), e.stack.App); err != nil {
		t.Fatal(err)
	}
	left := map[string]int{}
	if out, err := e.cloudFront.ListDistributions(t.Context(), &cloudfront.ListDistributionsInput{}); err != nil {
		t.Error(err)
	} else {
		left["distributions"] = len(out.DistributionList.Items)
	}
	if out, err := e.cloudFront.ListKeyGroups(t.Context(), &cloudfront.ListKeyGroupsInput{}); err != nil {
		t.Error(err)
	} else {
		left["key groups"] = len(out.KeyGroupList.Items)
	}
	if out, err := e.cloudFront.ListPublicKeys(t.Context(), &cloudfront.ListPublicKeysInput{}); err != nil {
		t.Error(err)
	} else {
		left["public keys"] = len(out.PublicKeyList.Items)
	}
	if out, err := e.cloudFront.ListOriginAccessControls(t.Context(), &cloudfront.ListOriginAccessControlsInput{}); err != nil {
		t.Error(err)
	} else {
		left["origin access controls"] = len(out.OriginAccessControlList.Items)
	}
	if out, err := secretsmanager.NewFromConfig(e.stack.Admin()).ListSecrets(t.Context(), &secretsmanager.ListSecretsInput{}); err != nil {
		t.Error(err)
	} else {
		left["secrets"] = len(out.SecretList)
	}
	for what, n := range left {
		if n != 0 {
			t.Errorf("%d %s are left", n, what)
		}
	}
}
