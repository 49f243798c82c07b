package provisiontest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/provision"
)

// moment is when a call is cut relative to what it does.
type moment string

const (
	before moment = "before" // it never reaches the store
	after  moment = "after"  // the store does it, and nobody hears of that
)

// transport counts calls. From the so many-th on, if failing is not 0, it fails
// all, as if the process were dead; that one at its moment.
type transport struct {
	mu      sync.Mutex
	calls   int
	writes  []string // what was written outside of scratch buckets
	failing int
	moment  moment
	onCall  func(n int)
}

var errKilled = errors.New("killed by the test")

// RoundTrip implements http.RoundTripper.
func (f *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	f.mu.Lock()
	f.calls++
	n := f.calls
	if r.Method != http.MethodGet && r.Method != http.MethodHead && !strings.HasPrefix(r.URL.Path, "/bytepass-probe-") {
		f.writes = append(f.writes, r.Method+" "+r.URL.RequestURI())
	}
	f.mu.Unlock()
	if f.onCall != nil {
		f.onCall(n)
	}
	switch {
	case f.failing == 0 || n < f.failing:
		return http.DefaultTransport.RoundTrip(r)
	case n == f.failing && f.moment == after:
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		res.Body.Close()
	case r.Body != nil:
		r.Body.Close()
	}
	return nil, errKilled
}

// twice runs it twice: the second run writes nothing.
func twice(t *testing.T, s Store) {
	began := time.Now()
	first, gaps, err := s.run(t.Context(), t, http.DefaultTransport, "twice", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("measured: provisioning of %s from nothing takes %v, %d settings written", s.Endpoint, time.Since(began).Round(time.Millisecond), len(first.Changes))
	for _, g := range gaps {
		t.Log(g)
	}
	if !first.Create || len(first.Changes) == 0 {
		t.Errorf("the first run: create %v, %d changes", first.Create, len(first.Changes))
	}
	over := &transport{}
	second, again, err := s.run(t.Context(), t, over, "twice", time.Now())
	if err != nil || second.Create || len(second.Changes) != 0 || len(over.writes) != 0 {
		t.Errorf("the second run changes %v and writes %q, %v", second.Changes, over.writes, err)
	}
	if fmt.Sprint(again) != fmt.Sprint(gaps) {
		t.Errorf("the gaps changed: %v, then %v", gaps, again)
	}
	compared := s.compare(t, "twice", provision.Without(gaps))
	if compared.Drifted() {
		t.Errorf("right after it there is drift in %v", verdicts(compared, "drifted"))
	}
	if left := s.leftovers(t); len(left) != 0 {
		t.Errorf("left over: %q", left)
	}
}

// killed kills a run at every call, before it and after it, and runs again:
// whatever was done before, the end is the same, and nothing is left over.
func killed(t *testing.T, s Store) {
	over := &transport{}
	_, gaps, err := s.run(t.Context(), t, over, "killed-never", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	want := s.state(t, "killed-never", provision.Without(gaps))
	total, tried := over.calls, 0
	for n := 1; n <= total; n += max(1, s.KillEvery) {
		for _, m := range []moment{before, after} {
			bucket := fmt.Sprintf("killed-%s-%d", m, n)
			dying := &transport{failing: n, moment: m}
			if _, _, err := s.run(t.Context(), t, dying, bucket, time.Now()); err == nil {
				t.Errorf("killed %s call %d of %d, and it said nothing", m, n, total)
			}
			_, gaps, err := s.run(t.Context(), t, http.DefaultTransport, bucket, time.Now().Add(time.Hour))
			if err != nil {
				t.Fatalf("killed %s call %d, the next run: %v", m, n, err)
			}
			if got := s.state(t, bucket, provision.Without(gaps)); got != want {
				t.Errorf("killed %s call %d, the next run ends with\n%s\nwant\n%s\nits gaps are %v", m, n, got, want, gaps)
			}
			if left := s.leftovers(t); len(left) != 0 {
				t.Fatalf("killed %s call %d, left over after the next run: %q", m, n, left)
			}
			tried++
		}
	}
	t.Logf("measured: %d runs killed, around %d calls, each completed by the next", tried, total)
}

// interrupted ends a run at every call, as Ctrl-C does: the scratch bucket is
// gone at once.
func interrupted(t *testing.T, s Store) {
	over := &transport{}
	if _, _, err := s.run(t.Context(), t, over, "interrupted-never", time.Now()); err != nil {
		t.Fatal(err)
	}
	for n := 1; n < over.calls; n += max(1, s.KillEvery) {
		ctx, stop := context.WithCancel(t.Context())
		ending := &transport{onCall: func(call int) {
			if call == n {
				stop()
			}
		}}
		_, _, err := s.run(ctx, t, ending, fmt.Sprintf("interrupted-%d", n), time.Now())
		stop()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted at call %d: %v", n, err)
		}
		if left := s.leftovers(t); len(left) != 0 {
			t.Fatalf("interrupted at call %d, left over: %q", n, left)
		}
	}
}

// state is what a bucket is beside the template, without its name.
func (s Store) state(t *testing.T, bucket string, without []string) string {
	t.Helper()
	text, err := json.MarshalIndent(s.compare(t, bucket, without), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), bucket, "BUCKET")
}
