package e2e

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/test/audit"
	"github.com/bytepass/bytepass/test/emulator"
	"github.com/bytepass/bytepass/test/identity"
	"github.com/bytepass/bytepass/test/issuer"
)

// emulated is the synthesized stacks, deployed by the CDK to the AWS emulator,
// seen through API Gateway with real tokens. Every function lives on the rights
// of its own role.
type emulated struct {
	stack  *emulator.Stack
	issuer *issuer.Rotating
	api    string
	bucket string
}

// deployEmulated deploys once for the whole test binary's emulator tests.
func deployEmulated(t *testing.T) *emulated {
	t.Helper()
	ctx := t.Context()
	is, err := issuer.StartRotating(context.WithoutCancel(ctx), Owners()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { is.Close() })
	stack, err := emulator.Up(ctx, t.TempDir(), map[string]string{
		"bytepass:issuer": is.URL, "bytepass:audience": issuer.Audience, "bytepass:requireScopes": "true",
	}, func(step string) { t.Logf("%s ==> %s", time.Now().Format(time.TimeOnly), step) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stack.Close() })
	for _, step := range stack.Times {
		t.Logf("measured: emulator: %s: %.1f s", step.Step, step.Took.Seconds())
	}
	d := &emulated{stack: stack, issuer: is}
	if d.api, err = stack.APIURL(); err != nil {
		t.Fatal(err)
	}
	if d.bucket, err = stack.Outputs.Find("BucketName"); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *emulated) URL() string          { return d.api }
func (d *emulated) Client() *http.Client { return d.stack.HTTPClient() }
func (d *emulated) Guest() string        { return "" }

func (d *emulated) Token(ctx context.Context, owner string) (string, error) {
	return d.issuer.Token(ctx, owner)
}

func (d *emulated) Store() (*s3.Client, string) {
	return s3.NewFromConfig(d.stack.Admin(), func(o *s3.Options) { o.UsePathStyle = true }), d.bucket
}

func (d *emulated) Differences() Differences {
	return Differences{
		// The emulator leaves %25 in a path as it is, where AWS decodes it.
		PathArrives: func(key string) string { return strings.ReplaceAll(key, "%", "%25") },
		// It applies response headers only to URLs without a version.
		NoResponseHeaders: true,
		Origin:            "http://localhost:3000",
		Foreign:           "http://evil.example",
	}
}

func (d *emulated) BadTokens(context.Context) (map[string]string, error) {
	return BadTokens(d.issuer.Issuer)
}

// TestEmulator deploys, runs the list, takes every right away in turn, and
// destroys; then the same in short with downloads from CloudFront, and with a
// user pool.
func TestEmulator(t *testing.T) {
	d := deployEmulated(t)
	t.Run("adaptations", func(t *testing.T) { adaptationsAreKnown(t, d.stack.Changes, nil) })
	t.Run("cases", func(t *testing.T) { Run(t, d) })
	t.Run("tokens", func(t *testing.T) { tokensAtTheGateway(t, d) })
	t.Run("verify", func(t *testing.T) { verified(t, d) })
	t.Run("drift", func(t *testing.T) { drifted(t, d) })
	t.Run("purge", func(t *testing.T) { purged(t, d) })
	t.Run("logs", func(t *testing.T) { functionsLogNothingSecret(t, d) })
	t.Run("rights", func(t *testing.T) { everyRightIsNeeded(t, d) })
	t.Run("destroy", func(t *testing.T) {
		if err := d.stack.Destroy(t.Context(), d.stack.App); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("delivery", func(t *testing.T) { delivery(t, d) })
	t.Run("user pool", func(t *testing.T) { userPool(t, d) })
}

// tokensAtTheGateway runs the table of tokens.
func tokensAtTheGateway(t *testing.T, d *emulated) {
	m, err := identity.NewMint(d.issuer)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	NewWorld(t.Context(), d, "tokens").List(t, Alice, "/api/files") // so the gateway has the keys from before
	m.Rotate()
	identity.RunEmulated(t, identity.Door{URL: d.api, Client: d.Client()}, m)
}

// functionsLogNothingSecret looks through what all functions have written, and
// finds there what has been answered, by the id that the gateway gave it.
func functionsLogNothingSecret(t *testing.T, d *emulated) {
	w := NewWorld(t.Context(), d, "logs")
	list := func() string {
		return w.Call(t, Request{Method: "GET", Path: "/api/files", Owner: Alice}, nil).Header.Get("X-Request-Id")
	}
	answered := list()
	if answered == "" {
		t.Fatal("an answer bears no id")
	}
	var log string
	w.Eventually(t, "the request in the log", func() (err error) {
		if log, err = d.stack.FunctionLogs(t.Context()); err != nil {
			return err
		}
		if !strings.Contains(log, `"request_id":"`+answered+`"`) {
			list() // a line that the emulator reads late stands in the log of the next call
			return fmt.Errorf("%s is not there", answered)
		}
		return nil
	})
	for _, leak := range audit.Leaks(log) {
		t.Errorf("the log holds %s", leak)
	}
	for _, operation := range []string{"presign", "list", "delete", "restore", "reject"} {
		if !strings.Contains(log, `"operation":"`+operation+`"`) {
			t.Errorf("nothing of the operation %s is in the log of %d bytes", operation, len(log))
		}
	}
}

// adaptationsAreKnown: the deployed copy differs from the templates in exactly
// this, and in more where a stage has more, so that nothing else of them goes
// untried without somebody noticing.
func adaptationsAreKnown(t *testing.T, changes []emulator.Change, more map[string]string) {
	want := map[string]string{"StorageBucket": "bucket name", "StorageLogBucket": "bucket name"}
	maps.Copy(want, more)
	for _, c := range changes {
		t.Log(c)
		id := c.Resource[:len(c.Resource)-8] // without the hash that the CDK appends
		if want[id] != c.Adaptation {
			t.Errorf("the copy for the emulator has an adaptation that is not listed: %v", c)
		}
		delete(want, id)
	}
	if len(want) > 0 {
		t.Errorf("adaptations that nothing needs any more: %v", want)
	}
}
