package transfer

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestFullStore: a store without room is told at once, with a remedy, and ends a
// batch; what had arrived of a file in parts is not sent again when there is room.
func TestFullStore(t *testing.T) {
	r := newRig(t)
	const size = 5 * partSize
	r.file("large", size)
	for _, name := range []string{"many/a", "many/b", "many/c", "many/d"} {
		r.file(name, 10)
	}
	var puts atomic.Int64
	const room = 3 // parts
	r.count.fullIf(func(req *http.Request) bool {
		return req.Method == http.MethodPut && req.Host != r.count.api && puts.Add(1) > room
	})
	full := func(args ...string) {
		t.Helper()
		start := time.Now()
		code, stdout, stderr := r.run(r.command(args...))
		if code != 1 || stdout != "" || strings.Count(stderr, "bytepass: put ") != 1 || !strings.Contains(stderr, "no room left") || !strings.Contains(stderr, "free some on its disk") {
			t.Errorf("%q: exit code %d: %s%s", args, code, stdout, stderr)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%q says so after %v", args, took)
		}
	}
	full("put", "large", "k", "--parallel", "1")
	full("put", "many/", "many/", "--parallel", "1")
	r.count.fullIf(nil)
	if e := r.one("put", "large", "k"); e.Resumed != room*partSize || e.Sent != size-room*partSize {
		t.Errorf("when there was room: %+v", e)
	}
}
