// Package bench holds the measurements that need more than one package: what a
// deployed function costs before it does anything. Package sign's are beside
// its code (TestRatio).
package bench

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/stacks/build"
)

// The targets of a function's start.
const (
	maxInit   = 50 * time.Millisecond
	maxZipped = 8 << 20
	maxMemory = 32 << 20
)

// function is a function's binary as it is deployed, and what it is to show.
type function struct {
	environment map[string]string
	payload     string
	want        string // in the answer
}

var api = map[string]string{
	"BYTEPASS_BUCKET": "files", "BYTEPASS_OWNER_CLAIM": "sub", "BYTEPASS_TABLE": "catalog", "BYTEPASS_MAX_SIZE": "1000000",
	"BYTEPASS_UPLOAD_SIGNER_ROLE":   "arn:aws:iam::123456789012:role/upload-signer",
	"BYTEPASS_DOWNLOAD_SIGNER_ROLE": "arn:aws:iam::123456789012:role/download-signer",
	"BYTEPASS_TOMBSTONE_DAYS":       "200",
}

func httpEvent(method, path, body string) string {
	claims := `"authorizer":{"jwt":{"claims":{"sub":"alice"}}},`
	return fmt.Sprintf(`{"version":"2.0","rawPath":%q,"rawQueryString":"","headers":{"host":"api"},"body":%q,`+
		`"requestContext":{%s"requestId":"r1","stage":"$default","http":{"method":%q,"sourceIp":"203.0.113.7"}}}`, path, body, claims, method)
}

var functions = map[string]function{
	"upload":  {api, httpEvent("POST", "/api/presign", `{"key":"a b.txt","mimeType":"text/plain","size":5}`), `X-Amz-Security-Token=the-session`},
	"files":   {api, httpEvent("GET", "/healthz", ""), `"statusCode":200`},
	"restore": {api, httpEvent("POST", "/api/restore", `{"key":""}`), `invalid-key`},
	"ingest":  {api, `{"Records":[{"messageId":"m1","body":"garbage"}]}`, `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`},
}

// TestColdStart runs each function's real binary under the interface that
// Lambda gives it, and measures from the start of the process to its request
// for the first event.
func TestColdStart(t *testing.T) {
	folder := buildAll(t)
	for name, f := range functions {
		t.Run(name, func(t *testing.T) {
			binary := filepath.Join(folder, name, "bootstrap")
			best := start{init: time.Hour}
			for range 20 { // a busy machine only ever adds
				s := run(t, binary, f)
				if !strings.Contains(s.answer, f.want) {
					t.Fatalf("answers %s, which lacks %s", s.answer, f.want)
				}
				if s.init < best.init {
					best = s
				}
				if best.init < maxInit/2 {
					break
				}
			}
			size := zipped(t, binary)
			t.Logf("%v to the first event, %v for it, %.1f MB resident, %.2f MB zipped",
				best.init.Round(100*time.Microsecond), best.first.Round(100*time.Microsecond), float64(best.memory)/(1<<20), float64(size)/(1<<20))
			if best.init > maxInit || size > maxZipped || best.memory > maxMemory {
				t.Errorf("the targets are %v, %d MB resident and %d MB zipped", maxInit, maxMemory>>20, maxZipped>>20)
			}
		})
	}
}

// buildAll builds the functions for this machine and returns their folder.
func buildAll(t *testing.T) string {
	t.Helper()
	architecture := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range functions {
		names = append(names, name)
	}
	folder, err := build.Functions(t.Context(), root, architecture, names...)
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// start is one start of a function.
type start struct {
	init, first time.Duration
	memory      int64 // largest resident size in bytes
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

// zipped returns the size of the function's asset.
func zipped(t *testing.T, binary string) int {
	t.Helper()
	raw, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

// TestNothingSet: a function without its environment says what it misses and
// ends, before Lambda can hand it an event.
func TestNothingSet(t *testing.T) {
	folder := buildAll(t)
	for name := range functions {
		cmd := exec.CommandContext(t.Context(), filepath.Join(folder, name, "bootstrap"))
		cmd.Env = []string{"AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=s"}
		said, err := cmd.CombinedOutput()
		if err == nil || !strings.HasPrefix(string(said), name+": settings: ") || !strings.Contains(string(said), "BYTEPASS_BUCKET is not set") {
			t.Errorf("%s ends with %v and says %s", name, err, said)
		}
	}
}
