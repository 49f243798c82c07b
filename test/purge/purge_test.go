package purge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
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
	"github.com/bytepass/bytepass/runtime/server/folder"
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
	binary, err := serve.Binary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d := &deployment{T: t, tokens: map[string]string{}}
	if d.server, err = serve.Start(binary, filepath.Join(t.TempDir(), "data")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.server.Stop(); err != nil {
			t.Error(err)
		}
	})
	f, err := folder.Open(d.server.Data, false)
	if err != nil {
		t.Fatal(err)
	}
	state, err := f.State()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := f.Keys()
	if err != nil {
		t.Fatal(err)
	}
	d.store = embedded.NewClient("http://"+state.S3Listen, keys.AccessKey, keys.SecretKey)
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

// lists waits until an owner has exactly these files.
func (d *deployment) lists(owner string, want ...string) {
	d.Helper()
	var got []string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
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

// TestKilled erases 2,500 versions of a key, is killed in the middle, and is run
// again: all of it is gone, and nothing else.
func TestKilled(t *testing.T) {
	const versions = 2500
	d := deploy(t)
	d.versions("u/alice/a", versions)
	for _, object := range []string{"u/alice/ab", "u/alice/a b", "u/alice/b/a", "u/bob/a", "g/alice/a"} {
		d.versions(object, 2)
	}
	d.lists("alice", "a", "a b", "ab", "b/a")

	code, plan, text := d.run("--owner", "alice", "--key", "a", "--dry-run", "--json")
	if code != 0 || plan.Found.Versions != versions || plan.Found.Keys != 1 || plan.Found.Records != 1 || d.count("u/alice/") != versions+6 {
		t.Fatalf("the plan: exit code %d, %s", code, text)
	}
	d.killedBeforeBatch(2, "--owner", "alice", "--key", "a", "--yes")
	// The history of a key waits for a change of it that is under way.
	left := d.count("u/alice/a") - 4
	if left <= 0 || left >= versions {
		t.Fatalf("killed when %d of %d versions were left: that is not the middle", left, versions)
	}

	start := time.Now()
	code, done, text := d.run("--owner", "alice", "--key", "a", "--yes", "--json")
	if code != 0 || !done.clean() || done.Found.Versions != left {
		t.Errorf("run again with %d left: exit code %d, %s", left, code, text)
	}
	t.Logf("measured: purge: killed with %d of %d versions left, finished by the next in %v", left, versions, time.Since(start).Round(10*time.Millisecond))
	if n := d.count("u/alice/"); n != 6 {
		t.Errorf("%d versions are left, want those of the other keys, 6", n)
	}
	if n := d.count(""); n != 10 {
		t.Errorf("%d versions are left of all, want 10", n)
	}
	d.lists("alice", "a b", "ab", "b/a")
	d.lists("bob", "a")
	if trash := d.listed("alice", client.Trash); len(trash) > 0 {
		t.Errorf("the trash has %q", trash)
	}
	if _, err := d.api("alice").File(t.Context(), "a", ""); client.CodeOf(err) != client.CodeNotFound {
		t.Errorf("the erased file: %v", err)
	}
	// The key can be used again, as if it had never been.
	d.versions("u/alice/a", 1)
	d.lists("alice", "a", "a b", "ab", "b/a")
}

// TestSpace erases all that a person has, with the server and without it, and
// leaves the others'.
func TestSpace(t *testing.T) {
	d := deploy(t)
	for _, object := range []string{"u/alice/x/1", "u/alice/x/2", "u/alice/y", "u/bob/x"} {
		d.versions(object, 2)
	}
	d.lists("alice", "x/1", "x/2", "y")
	d.lists("bob", "x")
	size := int64(20 << 20)
	if _, err := d.api("alice").Start(t.Context(), client.Upload{Key: "never ended", MimeType: "text/plain", Size: &size}); err != nil {
		t.Fatal(err)
	}
	if err := d.api("alice").Delete(t.Context(), "y"); err != nil {
		t.Fatal(err)
	}
	code, below, text := d.run("--owner", "alice", "--prefix", "x/", "--yes", "--json")
	if code != 0 || !below.clean() || below.Erased.Keys != 2 || below.Erased.Versions != 4 || below.Erased.Records < 2 {
		t.Errorf("below x/: exit code %d, %s", code, text)
	}
	if err := d.server.Stop(); err != nil {
		t.Fatal(err)
	}
	code, all, text := d.run("--owner", "alice", "--yes", "--json")
	if code != 0 || !all.clean() || all.Erased.Uploads != 1 || all.Erased.Versions != 2 || all.Erased.Markers != 1 {
		t.Errorf("without the server: exit code %d, %s", code, text)
	}
	if err := d.server.Restart(); err != nil {
		t.Fatal(err)
	}
	d.lists("alice")
	d.lists("bob", "x")
	for _, view := range []client.View{client.Trash, client.Rejected} {
		if keys := d.listed("alice", view); len(keys) > 0 {
			t.Errorf("%s: %q", view, keys)
		}
	}
	code, _, text = d.run("--owner", "alice", "--yes")
	if code != 0 || !strings.Contains(text, "nothing is left") {
		t.Errorf("again: exit code %d, %s", code, text)
	}
}

// TestNotConfirmed: without a terminal or --yes nothing is touched.
func TestNotConfirmed(t *testing.T) {
	d := deploy(t)
	d.versions("u/alice/a", 1)
	code, _, text := d.run("--owner", "alice")
	if code != 2 || !strings.Contains(text, "--yes") || d.count("u/alice/") != 1 {
		t.Errorf("exit code %d, %s", code, text)
	}
}

// TestNeverByTheAPI: whatever an owner asks the API for, every version that ever
// was is still there.
func TestNeverByTheAPI(t *testing.T) {
	d := deploy(t)
	d.versions("u/alice/a", 3)
	d.lists("alice", "a")
	page, err := d.store.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: aws.String(server.Bucket), Prefix: aws.String("u/alice/")})
	if err != nil {
		t.Fatal(err)
	}
	first := aws.ToString(page.Versions[len(page.Versions)-1].VersionId)
	for _, path := range routes(d) {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "PURGE"} {
			for _, said := range []string{
				fmt.Sprintf(`{"key":"a","versionId":%q}`, first), `{"key":"a"}`, `{"key":"a","purge":true,"permanent":true}`, `{"owner":"alice","yes":true}`, "",
			} {
				target := d.server.URL + path + "?key=a&versionId=" + first
				r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(said))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Authorization", "Bearer "+d.tokens["alice"])
				res, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, res.Body)
				res.Body.Close()
				if res.StatusCode >= http.StatusInternalServerError && res.StatusCode != http.StatusNotImplemented {
					t.Errorf("%s %s %s: %s", method, path, said, res.Status)
				}
			}
		}
	}
	page, err = d.store.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: aws.String(server.Bucket), Prefix: aws.String("u/alice/")})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Versions) < 3 || aws.ToString(page.Versions[len(page.Versions)-1].VersionId) != first {
		t.Errorf("%d versions are there", len(page.Versions))
	}
}

// routes are all that the contract names, and some that it does not.
func routes(d *deployment) []string {
	d.Helper()
	res, err := http.Get(d.server.URL + "/openapi.json")
	if err != nil {
		d.Fatal(err)
	}
	defer res.Body.Close()
	var contract struct{ Paths map[string]any }
	if err := json.NewDecoder(res.Body).Decode(&contract); err != nil || len(contract.Paths) < 15 {
		d.Fatalf("%d paths, %v", len(contract.Paths), err)
	}
	paths := []string{"/api/purge", "/api/erase", "/api/files/a", "/api/file/a", "/api/versions/a", "/api/admin/purge", "/purge", "/events"}
	for path := range contract.Paths {
		paths = append(paths, strings.NewReplacer("{key}", "a", "{uploadId}", "a", "{partNumber}", "1").Replace(path))
	}
	slices.Sort(paths)
	return paths
}
