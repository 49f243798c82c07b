package verify

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/runtime/server"
	"github.com/bytepass/bytepass/runtime/server/folder"
	"github.com/bytepass/bytepass/runtime/verify"
	"github.com/bytepass/bytepass/test/serve"
)

// origin is a page's that the default stage lets in.
const origin = "http://localhost:3000"

// deployment is a real "bytepass serve" and what an operator has of it.
type deployment struct {
	server              *serve.Server
	folder              *folder.Folder
	root                aws.Credentials
	store               *url.URL
	own, other, expired string // tokens
}

// deploy runs the command on an empty folder until the test ends.
func deploy(t *testing.T) *deployment {
	t.Helper()
	d := &deployment{server: serve.Run(t)}
	var err error
	if d.folder, err = folder.Open(d.server.Data, false); err != nil {
		t.Fatal(err)
	}
	endpoint, keys, err := d.server.Store()
	if err != nil {
		t.Fatal(err)
	}
	if d.store, err = url.Parse(endpoint); err != nil {
		t.Fatal(err)
	}
	d.root = aws.Credentials{AccessKeyID: keys.AccessKey, SecretAccessKey: keys.SecretKey}
	d.own, d.other = d.token(t, "alice", time.Now), d.token(t, "bob", time.Now)
	d.expired = d.token(t, "alice", func() time.Time { return time.Now().Add(-2 * time.Hour) })
	return d
}

// token returns a token of the folder's issuer, of an hour from now on.
func (d *deployment) token(t *testing.T, owner string, now func() time.Time) string {
	t.Helper()
	is, err := server.DevIssuer(d.folder, strings.TrimPrefix(d.server.URL, "http://"), now)
	if err != nil {
		t.Fatal(err)
	}
	token, err := is.Token(owner, nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// config verifies everything, through a front with the fault.
func (d *deployment) config(t *testing.T, f fault) verify.Config {
	t.Helper()
	api, err := url.Parse(d.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	front := &front{fault: f, api: api, store: d.store, root: d.root, own: d.own, other: d.other, expired: d.expired}
	return verify.Config{
		URL: "https://" + apiHost, Token: client.StaticToken(d.own), Other: client.StaticToken(d.other), Expired: d.expired,
		Origin: origin, Signer: &verify.Credentials{AccessKeyID: d.root.AccessKeyID, SecretAccessKey: d.root.SecretAccessKey},
		Timeout: longest, ListedWithin: patience, Transport: front.start(t),
	}
}

// How long a run may take, and an upload until it is listed, on a machine that
// does much else; and how long a check waits that waits in vain.
const (
	longest  = 3 * time.Minute
	patience = time.Minute
	haste    = 5 * time.Second
)

// named returns the checks that ended so.
func named(r verify.Report, s verify.State) (names []string) {
	for _, c := range r.Results {
		if c.State == s {
			names = append(names, c.Name)
		}
	}
	return names
}

func text(r verify.Report) string {
	var b bytes.Buffer
	_ = r.WriteText(&b)
	return b.String()
}

// TestGreen: a good deployment passes every check that there is.
func TestGreen(t *testing.T) {
	d := deploy(t)
	cfg := d.config(t, fault{})
	report, err := verify.Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if green := named(report, verify.Passed); len(green) != len(verify.Names()) {
		t.Errorf("%d of %d checks passed:\n%s", len(green), len(verify.Names()), text(report))
	}
	told(t, d, report)
	t.Logf("measured: verify: all %d checks of a good deployment in %.1f s, an upload listed after %v", len(report.Results), report.Took.Seconds(), report.Listed.Round(time.Millisecond))
	d.clean(t)
}

// clean fails the test unless nothing is left of any run but in the trash.
func (d *deployment) clean(t *testing.T) {
	t.Helper()
	for _, listing := range []string{"files", "uploads"} {
		for _, token := range []string{d.own, d.other} {
			if got := d.list(t, listing, token); got != "[]" {
				t.Errorf("%s: %s", listing, got)
			}
		}
	}
}

func (d *deployment) list(t *testing.T, listing, token string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.server.URL+"/api/"+listing, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if listing == "uploads" {
		r.URL.RawQuery = "prefix=.bytepass-verify/"
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s, %v", listing, res.Status, &b, err)
	}
	return strings.TrimSpace(b.String())
}
