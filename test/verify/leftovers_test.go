package verify

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/runtime/verify"
)

// alone verifies with what every deployment has: an address and a token.
func (d *deployment) alone() verify.Config {
	return verify.Config{URL: d.server.URL, Token: client.StaticToken(d.own), Timeout: longest, ListedWithin: patience}
}

// uploaded reports whether a run has files in the list, and waits until it has,
// or has ended.
func (d *deployment) uploaded(t *testing.T, ended <-chan struct{}) bool {
	t.Helper()
	for !strings.Contains(d.list(t, "files", d.own), ".bytepass-verify/") {
		select {
		case <-ended:
			return false
		case <-time.After(5 * time.Millisecond):
		}
	}
	return true
}

// kill kills a run in the middle. One that has cleaned up before, on a machine
// that lets the test wait, is followed by another.
func (d *deployment) kill(t *testing.T) {
	t.Helper()
	for range 20 {
		run := exec.Command(d.server.Binary, "verify", "--url", d.server.URL, "--token", d.own)
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			_ = run.Wait() // its state says how it ended
			close(ended)
		}()
		if d.uploaded(t, ended) {
			_ = run.Process.Kill() // it may have ended just now
		}
		<-ended
		if run.ProcessState.ExitCode() < 0 && strings.Contains(d.list(t, "files", d.own), ".bytepass-verify/") {
			return
		}
	}
	t.Fatal("every run ends before it is killed")
}

// held is what sends a run's requests, but for the one that the check "expiry"
// begins with: that goes on until the run ends.
type held struct{}

func (held) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(body)
		if err != nil {
			return nil, err
		}
		if strings.Contains(string(text), `"expiresIn"`) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// TestKilled kills a run in the middle. A later one removes what it left, also
// the upload in parts that it had begun, and leaves alone what is not a run's or
// may be that of one which is under way.
func TestKilled(t *testing.T) {
	d := deploy(t)
	d.kill(t)
	c, err := client.New(client.Config{BaseURL: d.server.URL, Token: client.StaticToken(d.own)})
	if err != nil {
		t.Fatal(err)
	}
	size := int64(3)
	for _, key := range []string{".bytepass-verify/20200101T000000Z-killed/parts", ".bytepass-verify/mine", "mine"} {
		if _, err := c.Start(t.Context(), client.Upload{Key: key, MimeType: "text/plain", Size: &size}); err != nil {
			t.Fatal(err)
		}
	}
	cfg := d.alone()
	cfg.Except = []string{"expiry"}
	report, err := verify.Run(t.Context(), cfg)
	if err != nil || report.Leftovers != 1 {
		t.Errorf("%d leftovers removed, %v; want the upload of 2020 alone", report.Leftovers, err)
	}
	if !strings.Contains(d.list(t, "files", d.own), ".bytepass-verify/") {
		t.Error("the files of a run that began a moment ago were removed")
	}
	cfg.Now = func() time.Time { return time.Now().Add(time.Hour) }
	report, err = verify.Run(t.Context(), cfg)
	if err != nil || report.Leftovers < 1 || report.Count(verify.Failed) > 0 {
		t.Errorf("an hour later: %d leftovers removed, %v\n%s", report.Leftovers, err, text(report))
	}
	if left := d.list(t, "files", d.own); left != "[]" {
		t.Errorf("left: %s", left)
	}
	if left := d.list(t, "uploads", d.own); strings.Contains(left, "2020") || !strings.Contains(left, ".bytepass-verify/mine") {
		t.Errorf("unfinished: %s", left)
	}
}

// TestInterrupted stops a run in the middle: it cleans up all the same.
func TestInterrupted(t *testing.T) {
	d := deploy(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		d.uploaded(t, ended)
		stop()
	}()
	cfg := d.alone()
	cfg.Transport = held{}
	report, err := verify.Run(ctx, cfg)
	close(ended)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("it ended with %v", err)
	}
	if report.Good() {
		t.Error("a run that was interrupted is good")
	}
	if r, ok := report.Find("expiry"); !ok || r.State != verify.NotChecked || !strings.Contains(r.Why, "interrupted") {
		t.Errorf("what was under way: %+v", r)
	}
	if r, ok := report.Find("cleanup"); !ok || r.State != verify.Passed {
		t.Errorf("cleanup: %+v", r)
	}
	d.clean(t)
}

// TestAtOnce: several runs do not see one another.
func TestAtOnce(t *testing.T) {
	d := deploy(t)
	var runs sync.WaitGroup
	for range 4 {
		runs.Go(func() {
			report, err := verify.Run(t.Context(), d.alone())
			if err != nil || report.Count(verify.Failed) > 0 || report.Leftovers > 0 {
				t.Errorf("%v\n%s", err, text(report))
			}
		})
	}
	runs.Wait()
	d.clean(t)
}

// TestTimeout: what takes longer than it may is a failure that says so.
func TestTimeout(t *testing.T) {
	d := deploy(t)
	cfg := d.alone()
	cfg.Timeout, cfg.Transport = 3*time.Second, held{}
	report, err := verify.Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	r, ok := report.Find("expiry")
	if !ok || r.State != verify.Failed || !strings.Contains(r.Failure.Expected, "--timeout") {
		t.Errorf("%+v", r)
	}
	d.clean(t)
}
