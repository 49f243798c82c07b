package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/storetest"
)

// role says that this process is a server for a test of another one, which
// hands over the rest of the settings.
const (
	role         = "BYTEPASS_TEST_REPLICA"
	replicaLease = 2 * time.Second
)

// runReplica serves until it is killed or its input ends, as it does when the
// test is gone.
func runReplica(endpoint string) error {
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	cfg := configOf("")
	cfg.S3 = S3{
		Endpoint: endpoint, Bucket: "files", PathStyle: true, AccessKey: "root", SecretKey: "secret-of-root",
		PollEvery: time.Second,
	}
	cfg.Database, cfg.Issuer, cfg.Audience = os.Getenv(role+"_DATABASE"), os.Getenv(role+"_ISSUER"), "bytepass"
	cfg.leaseLife, cfg.Log = replicaLease, slog.New(slog.NewTextHandler(os.Stdout, nil))
	cfg.Started = func(r Running) { fmt.Println("serving", r.URL) }
	return Run(ctx, cfg)
}

// replica is a server in a process of its own.
type replica struct {
	*testing.T
	url   string
	cmd   *exec.Cmd
	input io.Closer
	ended chan struct{}

	mu    sync.Mutex
	lines []string // that it has written
}

func startReplica(t *testing.T, store *storetest.Store, database, issuer string) *replica {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), role+"="+store.Endpoint, role+"_DATABASE="+database, role+"_ISSUER="+issuer)
	cmd.Stderr = os.Stderr
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := &replica{T: t, cmd: cmd, input: input, ended: make(chan struct{})}
	go func() {
		defer close(r.ended)
		for scan := bufio.NewScanner(output); scan.Scan(); {
			r.mu.Lock()
			r.lines = append(r.lines, scan.Text())
			r.mu.Unlock()
		}
	}()
	t.Cleanup(r.end)
	r.url = strings.TrimPrefix(r.says("serving "), "serving ")
	return r
}

// says waits for a line that holds a text, if it has not come already.
func (r *replica) says(text string) string {
	r.Helper()
	for over := time.Now().Add(longest); ; time.Sleep(10 * time.Millisecond) {
		r.mu.Lock()
		at := slices.IndexFunc(r.lines, func(line string) bool { return strings.Contains(line, text) })
		lines := slices.Clone(r.lines)
		r.mu.Unlock()
		if at >= 0 {
			return lines[at]
		}
		if time.Now().After(over) {
			r.Fatalf("it did not say %q within %v, but %q", text, longest, lines)
		}
	}
}

// end stops the replica gracefully, if it still runs.
func (r *replica) end() {
	_ = r.input.Close()
	<-r.ended
	_ = r.cmd.Wait()
}

// TestAnotherReplicaLeads kills the leader of two replicas, and stops the next
// gracefully: the other leads within the lease, or at once.
func TestAnotherReplicaLeads(t *testing.T) {
	database := startPostgres(t).Database(t)
	store := storetest.Start(t)
	const issuer = "http://127.0.0.1:1"
	first := startReplica(t, store, database, issuer)
	first.says("reconciled")
	second := startReplica(t, store, database, issuer)
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	second.says(`"this server leads"`)
	t.Logf("measured: another replica leads %v after the leader was killed (lease %v)", time.Since(start).Round(time.Millisecond), replicaLease)
	second.says("reconciled")

	third := startReplica(t, store, database, issuer)
	second.end()
	third.says(`"this server leads"`)
}
