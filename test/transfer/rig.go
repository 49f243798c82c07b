package transfer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"github.com/bytepass/bytepass/test/process"
	"github.com/bytepass/bytepass/test/serve"
)

// Deployment is a Bytepass that the command talks to.
type Deployment struct {
	URL   string // of the API
	Token string // an access token; empty sends none
	// Dial reaches the API and the store; nil is the system's way.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// WholeFilesOnly: the store gives no ranges of a version, so that a get that
	// goes on fetches again what it skips.
	WholeFilesOnly bool
	// NoBackslashes: the store takes a backslash in a key for a slash.
	NoBackslashes bool
	// NoChecksums: the store compares no checksum of a file in parts; what is
	// left are the ETags.
	NoChecksums bool
	// NoneAtAll: nor does it of a file in one piece.
	NoneAtAll bool
	// Silent: it compares that one, and does not say so to whoever sent it.
	Silent bool
}

// verified is by what files are verified.
func (d Deployment) verified(inParts bool) (put, get string) {
	switch {
	case d.NoneAtAll, inParts && d.NoChecksums:
		return "etag", "etag"
	case inParts:
		return "crc64nvme", "sha256"
	case d.Silent:
		return "etag", "sha256"
	}
	return "sha256", "sha256"
}

// rig is a deployment, and a way to it that counts and can be made bad: the
// command, toxiproxy, a forward proxy, the deployment.
type rig struct {
	Deployment
	t      *testing.T
	binary string
	server *serve.Server // nil where it is not ours to kill
	count  *forward
	past   *forward // another way, past the bad network
	net    *toxiproxy.Proxy
	way    string // address of net
	folder string // where commands run
}

// binary builds the command once for all tests.
var binary = sync.OnceValues(func() (string, error) { return serve.Binary(context.Background()) })

// newRig starts a server and leads to it.
func newRig(t *testing.T) *rig {
	t.Helper()
	server := serve.Run(t)
	r := rigOf(t, Deployment{URL: server.URL})
	r.server = server
	return r
}

// rigOf leads to a deployment.
func rigOf(t *testing.T, d Deployment) *rig {
	t.Helper()
	binary, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{Deployment: d, t: t, binary: binary, folder: t.TempDir(), count: &forward{api: strings.TrimPrefix(d.URL, "http://")}, past: &forward{}}
	r.count.start(t, d.Dial)
	r.past.start(t, d.Dial)
	if r.way, err = process.FreeAddress(); err != nil { // the network comes back to it
		t.Fatal(err)
	}
	r.network()
	t.Cleanup(func() { r.net.Stop() })
	return r
}

// network makes the network as these toxics say; without any it is good.
// Connections break when it changes: toxiproxy can hang when toxics of a live
// connection are removed.
func (r *rig) network(toxics ...string) {
	r.t.Helper()
	if r.net != nil {
		r.net.Stop()
	}
	r.net = toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "net", r.way, r.count.address)
	for _, description := range toxics {
		if _, err := r.net.Toxics.AddToxicJson(strings.NewReader(description)); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := r.net.Start(); err != nil {
		r.t.Fatal(err)
	}
}

// command returns a command through the counting proxy and the bad network.
func (r *rig) command(args ...string) *exec.Cmd { return r.through(r.way, args...) }

// through returns a command through a proxy.
func (r *rig) through(proxy string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(r.t.Context(), r.binary, append(args, "--proxy", "http://"+proxy)...)
	cmd.Dir = r.folder
	cmd.Env = append(os.Environ(), "BYTEPASS_URL="+r.URL, "BYTEPASS_TOKEN="+r.Token)
	return cmd
}

// run runs a command to its end.
func (r *rig) run(cmd *exec.Cmd) (code int, stdout, stderr string) {
	r.t.Helper()
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		r.t.Fatal(err)
	}
	r.noSecrets(out.String() + log.String())
	return cmd.ProcessState.ExitCode(), out.String(), log.String()
}

// noSecrets fails the test when what a command says holds a signature.
func (r *rig) noSecrets(text string) {
	r.t.Helper()
	if strings.Contains(text, "X-Amz-") {
		r.t.Errorf("a command says a signed URL: %s", text)
	}
}

// event is a line of --json.
type event struct {
	Status, Key, Path, SHA256, Verified, Code, Error, VersionID string
	Size, Sent, Resumed                                         int64
	Unlisted                                                    bool
}

// json runs a command that has to succeed, and returns its events.
func (r *rig) json(args ...string) []event {
	r.t.Helper()
	code, stdout, stderr := r.run(r.command(append(args, "--json")...))
	if code != 0 {
		r.t.Fatalf("%q: exit code %d\n%s%s", args, code, stdout, stderr)
	}
	var all []event
	for d := json.NewDecoder(strings.NewReader(stdout)); d.More(); {
		var e event
		if err := d.Decode(&e); err != nil {
			r.t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// one is json for a command about one file.
func (r *rig) one(args ...string) event {
	r.t.Helper()
	events := r.json(args...)
	if len(events) != 1 {
		r.t.Fatalf("%q tells of %d files: %+v", args, len(events), events)
	}
	return events[0]
}

// patience is how long the catalog may take to follow the store. Ceph takes half
// a minute to tell of anything in a new bucket; where the machine is busy
// everything takes longer.
const patience = 2 * time.Minute

// await waits until n files below a prefix are listed.
func (r *rig) await(prefix string, n int) {
	r.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		code, stdout, stderr := r.run(r.command("ls", "--recursive", "--quiet", prefix))
		if listed := strings.Count(stdout, "\n"); code == 0 && listed == n {
			return
		} else if time.Now().After(end) {
			r.t.Fatalf("%d files are listed below %q, not %d: %s", listed, prefix, n, stderr)
		}
	}
}

// file makes a file of random bytes, the same for the same size, and returns
// its SHA-256.
func (r *rig) file(name string, size int64) string {
	r.t.Helper()
	path := filepath.Join(r.folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		r.t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer f.Close()
	sum := sha256.New()
	random := rand.NewChaCha8([32]byte{byte(size), byte(size >> 8), byte(size >> 16)})
	if _, err := io.CopyN(io.MultiWriter(f, sum), random, size); err != nil {
		r.t.Fatal(err)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// sum returns the SHA-256 of a file.
func (r *rig) sum(name string) string {
	r.t.Helper()
	f, err := os.Open(filepath.Join(r.folder, filepath.FromSlash(name)))
	if err != nil {
		r.t.Fatal(err)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		r.t.Fatal(err)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
