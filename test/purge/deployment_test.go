package purge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/runtime/server"
	"github.com/bytepass/bytepass/runtime/server/embedded"
	"github.com/bytepass/bytepass/test/serve"
)

// deployment is a real "bytepass serve" with the files of two people.
type deployment struct {
	*testing.T
	server *serve.Server
	store  *s3.Client
	tokens map[string]string
}

func deploy(t *testing.T) *deployment {
	t.Helper()
	d := &deployment{T: t, server: serve.Run(t), tokens: map[string]string{}}
	endpoint, keys, err := d.server.Store()
	if err != nil {
		t.Fatal(err)
	}
	d.store = embedded.NewClient(endpoint, keys.AccessKey, keys.SecretKey)
	for _, owner := range []string{"alice", "bob"} {
		if d.tokens[owner], err = d.server.Token(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func (d *deployment) api(owner string) *client.Client {
	d.Helper()
	c, err := client.New(client.Config{BaseURL: d.server.URL, Token: client.StaticToken(d.tokens[owner])})
	if err != nil {
		d.Fatal(err)
	}
	return c
}

// versions makes n versions of an object.
func (d *deployment) versions(object string, n int) {
	d.Helper()
	group, ctx := errgroup.WithContext(d.Context())
	group.SetLimit(16)
	for range n {
		group.Go(func() error {
			_, err := d.store.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(server.Bucket), Key: &object, Body: strings.NewReader("bytes")})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		d.Fatal(err)
	}
}

// count returns how many versions and markers there are of what begins so.
func (d *deployment) count(prefix string) (n int) {
	d.Helper()
	pages := s3.NewListObjectVersionsPaginator(d.store, &s3.ListObjectVersionsInput{Bucket: aws.String(server.Bucket), Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(d.Context())
		if err != nil {
			d.Fatal(err)
		}
		n += len(page.Versions) + len(page.DeleteMarkers)
	}
	return n
}

// listed returns the keys of a view of an owner.
func (d *deployment) listed(owner string, view client.View) (keys []string) {
	d.Helper()
	for f, err := range d.api(owner).Files(d.Context(), view, "") {
		if err != nil {
			d.Fatal(err)
		}
		keys = append(keys, f.Key)
	}
	return keys
}

// patience is how long the catalog may take to follow the store, on a machine
// that does much else.
const patience = 3 * time.Minute

// lists waits until an owner has exactly these files.
func (d *deployment) lists(owner string, want ...string) {
	d.Helper()
	var got []string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if got = d.listed(owner, client.Stored); slices.Equal(got, want) {
			return
		}
	}
	d.Fatalf("%s has %q, want %q", owner, got, want)
}

// command returns the command on the deployment's data folder.
func (d *deployment) command(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, d.server.Binary, append([]string{"purge", "--data", d.server.Data, "--settle", "500ms"}, args...)...)
}

// killedBeforeBatch runs the command on a proxy in front of the store, which
// kills it when it sends its n-th deletion of many versions.
func (d *deployment) killedBeforeBatch(n int, args ...string) {
	d.Helper()
	target, err := url.Parse(*d.store.Options().BaseEndpoint)
	if err != nil {
		d.Fatal(err)
	}
	keys, err := d.store.Options().Credentials.Retrieve(d.Context())
	if err != nil {
		d.Fatal(err)
	}
	var cmd *exec.Cmd
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // which is signed
	}}
	batches := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Query().Has("delete") {
			if batches++; batches == n {
				_ = cmd.Process.Kill()
				return
			}
		}
		forward.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	cmd = d.command(d.Context(), append(args, "--s3-endpoint", proxy.URL, "--s3-bucket", server.Bucket)...)
	cmd.Env = append(os.Environ(), "BYTEPASS_S3_ACCESS_KEY="+keys.AccessKeyID, "BYTEPASS_S3_SECRET_KEY="+keys.SecretAccessKey)
	out, err := cmd.CombinedOutput()
	if state := cmd.ProcessState; err == nil || state.Exited() {
		d.Fatalf("it was not killed: %v\n%s", err, out)
	}
}

// outcome is what --json prints.
type outcome struct {
	Found, Erased struct{ Keys, Versions, Markers, Uploads, Records int }
	NothingLeft   *bool
	NothingThere  bool
	Left          []struct{ Object, Reason string }
}

// run runs the command to its end.
func (d *deployment) run(args ...string) (code int, out outcome, text string) {
	d.Helper()
	cmd := d.command(d.Context(), args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		d.Fatal(err)
	}
	if slices.Contains(args, "--json") {
		if err := json.Unmarshal(stdout.Bytes(), &out); err != nil {
			d.Fatalf("%v: %s%s", err, &stdout, &stderr)
		}
	}
	return cmd.ProcessState.ExitCode(), out, stdout.String() + stderr.String()
}

// clean reports whether a run proved that nothing is left.
func (o outcome) clean() bool { return o.NothingLeft != nil && *o.NothingLeft }
