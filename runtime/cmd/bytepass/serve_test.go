package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/test/process"
)

// TestServeUntilItIsTold runs the whole command in this process, and the other
// commands beside it and after it.
func TestServeUntilItIsTold(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	listen := freeAddress(t)
	ctx, stop := context.WithCancel(t.Context())
	var stdout, stderr bytes.Buffer // read when the command has ended
	ended := make(chan int)
	go func() { ended <- run(ctx, []string{"serve", "--data", data, "--listen", listen}, &stdout, &stderr) }()
	waitFor(t, "http://"+listen+"/readyz")

	if code, token, log := command(t, "token", "--data", data, "--owner", "alice", "--group", "red"); code != exitDone || strings.Count(token, ".") != 2 {
		t.Errorf("token: exit code %d, %q, %s", code, token, log)
	}
	if code, _, log := command(t, "token", "--data", data, "--owner", "alice", "--ttl", "10000h"); code != exitUsage || !strings.Contains(log, "720h") {
		t.Errorf("a token for ever: exit code %d, %s", code, log)
	}
	if code, out, log := command(t, "reconcile", "--data", data); code != exitDone || !strings.Contains(out, "0 records mended") {
		t.Errorf("reconcile beside serve: exit code %d, %q, %s", code, out, log)
	}
	if code, _, log := command(t, "serve", "--data", data, "--listen", "127.0.0.1:0"); code != exitFailed || !strings.Contains(log, "another bytepass serves this data folder") {
		t.Errorf("a second serve: exit code %d, %s", code, log)
	}
	if code, _, log := command(t, "serve", "--data", filepath.Join(t.TempDir(), "other"), "--listen", listen); code != exitUsage || !strings.Contains(log, "--listen") {
		t.Errorf("a second serve at the same address: exit code %d, %s", code, log)
	}

	stop()
	if code := <-ended; code != exitDone {
		t.Errorf("serve ended with exit code %d: %s", code, stderr.String())
	}
	for _, says := range []string{"http://" + listen + "/", data, "S3"} {
		if !strings.Contains(stdout.String(), says) {
			t.Errorf("the start does not say %q: %s", says, stdout.String())
		}
	}
	for _, gap := range []string{"encryption", "publicAccess", "lifecycle", "OnlySignersPresign"} {
		if !strings.Contains(stderr.String(), gap) {
			t.Errorf("the start does not say that the store goes without %s: %s", gap, stderr.String())
		}
	}
	if n := strings.Count(stderr.String(), "goes without"); n != 1 {
		t.Errorf("%d lines say what the store goes without, want one: %s", n, stderr.String())
	}
	if strings.Contains(stderr.String(), "X-Amz-") {
		t.Errorf("the log holds a signature: %s", stderr.String())
	}
	if code, out, log := command(t, "reconcile", "--data", data); code != exitDone || !strings.Contains(out, " mended") {
		t.Errorf("reconcile without serve: exit code %d, %q, %s", code, out, log)
	}
}

// TestQuietAndVerbose: what is logged of the same start and the same request.
func TestQuietAndVerbose(t *testing.T) {
	for flag, want := range map[string]struct{ request, reasons bool }{
		"--quiet": {false, false}, "--verbose": {true, true},
	} {
		listen := freeAddress(t)
		ctx, stop := context.WithCancel(t.Context())
		var stdout, stderr bytes.Buffer // read when the command has ended
		ended := make(chan int)
		go func() {
			ended <- run(ctx, []string{"serve", "--data", filepath.Join(t.TempDir(), "data"), "--listen", listen, flag}, &stdout, &stderr)
		}()
		waitFor(t, "http://"+listen+"/readyz")
		waitFor(t, "http://"+listen+"/api/files")
		stop()
		<-ended
		log := stderr.String()
		if strings.Contains(log, "operation=list") != want.request || strings.Contains(log, "why the store goes without encryption") != want.reasons {
			t.Errorf("%s: %s", flag, log)
		}
		if !want.request && log != "" {
			t.Errorf("%s: %s", flag, log)
		}
	}
}

// TestLogOfJSON: every line is an object whose keys are words of one style, and
// the audit's are those of every other format.
func TestLogOfJSON(t *testing.T) {
	listen := freeAddress(t)
	ctx, stop := context.WithCancel(t.Context())
	var stdout, stderr bytes.Buffer // read when the command has ended
	ended := make(chan int)
	go func() {
		ended <- run(ctx, []string{"serve", "--data", filepath.Join(t.TempDir(), "data"), "--listen", listen, "--log-format", "json", "--verbose"}, &stdout, &stderr)
	}()
	waitFor(t, "http://"+listen+"/readyz")
	waitFor(t, "http://"+listen+"/api/files")
	stop()
	<-ended
	word := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	audited := false
	for line := range strings.Lines(stderr.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		for _, name := range []string{"time", "level", "msg"} {
			if text, ok := fields[name].(string); !ok || text == "" {
				t.Errorf("no %s in %s", name, line)
			}
		}
		for name := range fields {
			if !word.MatchString(name) {
				t.Errorf("the key %q in %s", name, line)
			}
		}
		audited = audited || fields["msg"] == "audit" && fields["operation"] == "list" && fields["request_id"] != ""
	}
	if !audited {
		t.Errorf("the list is not audited: %s", stderr.String())
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	address, err := process.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func waitFor(t *testing.T, url string) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		res, err := http.Get(url)
		if err != nil {
			continue
		}
		res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatalf("%s does not answer", url)
}
