// Package bench holds the measurements that need more than one package: what a
// deployed function costs before it does anything. Package sign's are beside
// its code (TestRatio).
package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The targets of a function's start. That of its time is held in processor time,
// first event included, which is what other work on the machine changes least.
const (
	maxInit   = 50 * time.Millisecond
	maxZipped = 8 << 20
	maxMemory = 32 << 20
)

// TestColdStart runs each function's real binary under the interface that
// Lambda gives it, and tells how long it is from the start of the process to its
// request for the first event.
func TestColdStart(t *testing.T) {
	folder := buildAll(t)
	for name, f := range functions {
		t.Run(name, func(t *testing.T) {
			binary := filepath.Join(folder, name, "bootstrap")
			best := start{processor: time.Hour}
			for range 20 { // a busy machine only ever adds
				s := run(t, binary, f)
				if !strings.Contains(s.answer, f.want) {
					t.Fatalf("answers %s, which lacks %s", s.answer, f.want)
				}
				if s.processor < best.processor {
					best = s
				}
				if best.processor < maxInit/2 {
					break
				}
			}
			size := zipped(t, binary)
			t.Logf("measured: function %s takes %v to its first event and %v for it, %v of them on a processor; %.1f MB resident, %.2f MB zipped",
				name, best.init.Round(100*time.Microsecond), best.first.Round(100*time.Microsecond), best.processor.Round(100*time.Microsecond), float64(best.memory)/(1<<20), float64(size)/(1<<20))
			if best.processor > maxInit || size > maxZipped || best.memory > maxMemory {
				t.Errorf("the targets are %v, %d MB resident and %d MB zipped", maxInit, maxMemory>>20, maxZipped>>20)
			}
		})
	}
}

// start is one start of a function.
type start struct {
	init, first time.Duration
	processor   time.Duration // of both
	memory      int64         // largest resident size in bytes
	answer      string
}

// run starts the binary, hands it one event, and stops it.
func run(t *testing.T, binary string, f function) start {
	t.Helper()
	var s start
	asked, answered := make(chan time.Time, 1), make(chan time.Time, 1)
	handedOut := false
	mux := http.NewServeMux()
	// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		if handedOut {
			<-r.Context().Done() // no more events: wait to be stopped
			return
		}
		handedOut = true
		asked <- time.Now()
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "1")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(10*time.Second).UnixMilli()))
		io.WriteString(w, f.payload)
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/1/{kind}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.answer = string(body)
		answered <- time.Now()
		w.WriteHeader(http.StatusAccepted)
	})
	mux.HandleFunc("POST /{$}", assumeRole)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: mux}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = []string{
		"AWS_LAMBDA_RUNTIME_API=" + listener.Addr().String(), "AWS_ENDPOINT_URL=http://" + listener.Addr().String(),
		"AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=s", "AWS_SESSION_TOKEN=t",
	}
	for name, value := range f.environment {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var first time.Time
	select {
	case first = <-asked:
		s.init = first.Sub(begin)
	case err := <-ended:
		t.Fatalf("%s ended: %v\n%s", binary, err, said.String())
	}
	select {
	case at := <-answered:
		s.first = at.Sub(first)
	case err := <-ended:
		t.Fatalf("%s ended: %v\n%s", binary, err, said.String())
	}
	s.memory = resident(t, cmd.Process.Pid)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-ended
	s.processor = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return s
}

// resident returns the most that a process had in memory, in bytes. What wait
// tells counts the parent, too, from which the process was forked.
func resident(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	var kilobytes int64
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(peak, &kilobytes); err != nil {
		t.Fatalf("no VmHWM in %s: %v", status, err)
	}
	return kilobytes << 10
}

// assumeRole answers as STS does.
func assumeRole(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>`+
		`<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>the-session</SessionToken>`+
		`<Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
}
