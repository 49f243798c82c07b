package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestMemory uploads a file that is much larger than what the browser may hold
// of it.
func TestMemory(t *testing.T) {
	const size, most = 500 * mib, 250 * mib
	w := newWorld(t)
	path := filepath.Join(t.TempDir(), "huge.bin")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil { // sparse, but all of its bytes travel
		t.Fatal(err)
	}
	c := newClient(t, w.Browser, w.target(), "{}")
	pid := chromedp.FromContext(c.ctx).Browser.Process().Pid
	before := resident(t, pid)
	c.start("huge.bin", blob{path: path}, "{}")
	start := time.Now()
	peak := before
	for !eval[bool](c.tab, "!!(log.done ?? log.error)") {
		peak = max(peak, resident(t, pid))
		time.Sleep(50 * time.Millisecond)
	}
	took := time.Since(start)
	if !eval[bool](c.tab, "!!log.done") {
		t.Fatalf("it ended with %+v", c.fails())
	}
	t.Logf("measured: a browser that uploads %d MiB at %.0f MiB/s grows by %d MiB", size/mib, size/mib/took.Seconds(), (peak-before)/mib)
	if peak-before > most {
		t.Errorf("it grows by %d MiB; at most %d are expected", (peak-before)/mib, most/mib)
	}
}

// resident returns how many bytes of memory a process and those that it has
// started hold.
func resident(t *testing.T, pid int) int {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		t.Fatalf("no processes to see: %v", err)
	}
	parents, pages := map[int]int{}, map[int]int{}
	for _, path := range stats {
		content, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended by now
		}
		var id int
		if _, err := fmt.Sscan(string(content), &id); err != nil {
			t.Fatal(err)
		}
		// The name, in parentheses, may hold anything; proc(5) counts the fields behind it from 3.
		fields := strings.Fields(string(content[strings.LastIndexByte(string(content), ')')+1:]))
		parents[id], _ = strconv.Atoi(fields[4-3])
		pages[id], _ = strconv.Atoi(fields[24-3])
	}
	total := 0
	for id, n := range pages {
		for at := id; at > 1; at = parents[at] {
			if at == pid {
				total += n
				break
			}
		}
	}
	return total * os.Getpagesize()
}
