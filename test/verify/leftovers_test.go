package verify

import (
	"context"
	"errors"
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
	return verify.Config{URL: d.server.URL, Token: client.StaticToken(d.own)}
}

// uploaded waits until a run has files in the list.
func (d *deployment) uploaded(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if strings.Contains(d.list(t, "files", d.own), ".bytepass-verify/") {
			return
		}
	}
	t.Fatal("no run has uploaded anything")
}

// TestKilled kills a run in the middle. A later one removes what it left, also
// the upload in parts that it had begun, and leaves alone what is not a run's or
// may be that of one which is under way.
func TestKilled(t *testing.T) {
	d := deploy(t)
	run := exec.Command(d.server.Binary, "verify", "--url", d.server.URL, "--token", d.own)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	d.uploaded(t)
	if err := run.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = run.Wait()
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
	go func() {
		d.uploaded(t)
		stop()
	}()
	report, err := verify.Run(ctx, d.alone())
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
	cfg.Timeout = time.Second
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
