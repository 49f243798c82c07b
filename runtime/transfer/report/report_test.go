package report

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestModes(t *testing.T) {
	e := Event{Op: "get", Status: "ok", Key: "k", Path: "p", Size: 1500, Resumed: 500, Seconds: 1.25}
	for mode, want := range map[Mode][2]string{
		Plain: {"get k -> p (1.5 kB, 500 B of it was there already, 1.2 s)\n", "bytepass: get k -> p: boom\n"},
		Quiet: {"", "bytepass: get k -> p: boom\n"},
		JSON: {`{"op":"get","status":"ok","key":"k","path":"p","size":1500,"resumed":500,"seconds":1.25}` + "\n" +
			`{"op":"get","status":"error","key":"k","path":"p","size":1500,"resumed":500,"seconds":1.25,"error":"boom"}` + "\n", ""},
	} {
		var out, log bytes.Buffer
		r := New(Config{Mode: mode, Out: &out, Err: &log, Now: time.Now})
		r.Done(e)
		r.Failed(e, errors.New("boom"))
		r.Close()
		if out.String() != want[0] || log.String() != want[1] {
			t.Errorf("mode %d prints %q and %q, want %q", mode, out.String(), log.String(), want)
		}
	}
}

// TestNamesAreShown: what a terminal would obey is quoted in lines, and exact in JSON.
func TestNamesAreShown(t *testing.T) {
	const bad = "a\x1b[31m\u202eb\n"
	for mode, want := range map[Mode][2]string{
		Plain: {`put "a\x1b[31m\u202eb\n" -> k (0 B)` + "\n", `bytepass: put "a\x1b[31m\u202eb\n" -> k: open a\x1b[31m\u202eb; : denied` + "\n"},
		JSON: {`{"op":"put","status":"ok","key":"k","path":"a\u001b[31m` + "\u202e" + `b\n"}` + "\n" +
			`{"op":"put","status":"error","key":"k","path":"a\u001b[31m` + "\u202e" + `b\n","error":"open a\u001b[31m` + "\u202e" + `b\n: denied"}` + "\n", ""},
	} {
		var out, log bytes.Buffer
		r := New(Config{Mode: mode, Out: &out, Err: &log, Now: time.Now})
		e := Event{Op: "put", Status: "ok", Key: "k", Path: bad}
		r.Done(e)
		r.Failed(e, errors.New("open "+bad+": denied"))
		r.Close()
		if out.String() != want[0] || log.String() != want[1] {
			t.Errorf("mode %d prints %q and %q, want %q", mode, out.String(), log.String(), want)
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_949: "999.9 kB", 999_950: "1.0 MB", 5_000_000_000: "5.0 GB", 1 << 62: "4611.7 PB"} {
		if got := Bytes(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

func TestBarFitsTheTerminal(t *testing.T) {
	var screen bytes.Buffer
	var mu sync.Mutex
	for columns := 1; columns < 120; columns++ {
		b := &bar{w: &screen, columns: columns, mu: &mu}
		b.expected.Store(4_000_000_000)
		for _, done := range []int64{0, 1, 2_000_000_000, 4_000_000_000, 5_000_000_000} {
			b.done.Store(done)
			line := b.line(7 * time.Second)
			if columns > 60 && (len(line) > columns || !strings.Contains(line, "%")) {
				t.Fatalf("%d columns: %q", columns, line)
			}
		}
	}
	b := &bar{w: &screen, columns: 100, mu: &mu}
	b.expected.Store(1000)
	b.done.Store(500)
	if got := b.line(time.Second); !strings.Contains(got, "###...") || !strings.Contains(got, "50 % of 1.0 kB, 500 B/s, 1s left") {
		t.Errorf("half-way it shows %q", got)
	}
}
