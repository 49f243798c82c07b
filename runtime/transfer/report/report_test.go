package report

import (
	"bufio"
	"bytes"
	"errors"
	"io"
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

// clock stands still until it is moved.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func TestBarFitsTheTerminal(t *testing.T) {
	var screen bytes.Buffer
	var mu sync.Mutex
	var c clock
	for columns := 1; columns < 120; columns++ {
		for _, done := range []int64{0, 1, 2_000_000_000, 4_000_000_000, 5_000_000_000} {
			tally := newTally(c.now)
			c.at = c.at.Add(7 * time.Second)
			tally.expected.Store(4_000_000_000)
			tally.progress(done)
			line := (&bar{w: &screen, columns: columns, tally: tally, mu: &mu}).line()
			if columns > 60 && (len(line) > columns || !strings.Contains(line, "%")) {
				t.Fatalf("%d columns: %q", columns, line)
			}
			tally.waiting(errors.New("the store is on holiday until the end of the month"))
			if line := (&bar{w: &screen, columns: columns, tally: tally, mu: &mu}).line(); len(line) >= columns && columns > 1 {
				t.Fatalf("%d columns, and trouble: %q", columns, line)
			}
		}
	}
}

// TestPhases tells of a file that is read first, then sent, and of what is tried
// again meanwhile.
func TestPhases(t *testing.T) {
	var c clock
	tally := newTally(c.now)
	b := &bar{columns: 100, tally: tally}
	shows := func(want ...string) {
		t.Helper()
		for _, w := range want {
			if got := b.line(); !strings.Contains(got, w) {
				t.Errorf("it shows %q, not %q", got, w)
			}
		}
	}
	shows("reading …")
	tally.expected.Store(1000)
	tally.checked.Add(250)
	c.at = c.at.Add(time.Second)
	shows("###...", "] checking  25 % of 1.0 kB, 250 B/s, 3s left")
	tally.checked.Add(750)
	c.at = c.at.Add(9 * time.Second)
	shows("  0 % of 1.0 kB")
	tally.progress(100)
	c.at = c.at.Add(time.Second)
	tally.progress(400)
	shows("###...", " 50 % of 1.0 kB, 500 B/s, 1s left")
	tally.progress(500)
	shows("##] 100 % of 1.0 kB, finishing")
	tally.progress(-500)
	tally.expected.Add(1000)
	tally.checked.Add(200)
	shows(" 25 % of 2.0 kB, 500 B/s, 3s left, checking 60 %")
	tally.waiting(errors.New("the store\nsays no"))
	shows("checking 60 %, trying again: the store; says no")
	c.at = c.at.Add(time.Minute)
	if got := b.line(); strings.Contains(got, "again") {
		t.Errorf("a minute later it shows %q", got)
	}
}

// TestLines: where there is no terminal, people are told what is under way, and
// programs and those who want quiet are not.
func TestLines(t *testing.T) {
	for _, mode := range []Mode{Plain, JSON, Quiet} {
		in, log := io.Pipe()
		r := New(Config{Mode: mode, Out: io.Discard, Err: log, Every: time.Millisecond, Now: time.Now})
		r.Expect(1000)
		r.Checking(250)
		r.Waiting(errors.New("no answer"))
		if mode == Plain {
			said := bufio.NewScanner(in)
			for said.Scan() && !strings.Contains(said.Text(), "again") {
			}
			if line := said.Text(); !strings.HasPrefix(line, "bytepass: checking 25 % of 1.0 kB, ") || !strings.HasSuffix(line, ", trying again: no answer") {
				t.Errorf("it says %q", line)
			}
		} else if r.lines != nil || r.bar != nil {
			t.Errorf("mode %d tells more than its lines", mode)
		}
		go io.Copy(io.Discard, in) // until it is closed
		r.Close()
		log.Close()
	}
}
