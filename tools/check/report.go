package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// report is what came of a run.
type report struct {
	passed, failed int
	failures       []string
	skipped        []string // each is one of the failed
	missing        []string // scripts that could not fetch their tool
	figures        []string // what tests measured
	times          []timing
}

type timing struct {
	name string
	took time.Duration
}

// add writes down a step that passed or failed as a whole.
func (r *report) add(name string, took time.Duration, ok bool) {
	r.addTime(name, took)
	if ok {
		r.passed++
		return
	}
	r.failed++
	r.failures = append(r.failures, name)
}

func (r *report) addTime(name string, took time.Duration) {
	r.times = append(r.times, timing{name, took})
}

// failedIn reports whether a test of the package has failed.
func (r *report) failedIn(pkg string) bool {
	in := func(name string) bool { return strings.HasPrefix(name, pkg+" ") }
	return slices.ContainsFunc(r.failures, in) || slices.ContainsFunc(r.skipped, in)
}

// good reports whether something ran and nothing failed.
func (r *report) good() bool { return r.passed > 0 && r.failed == 0 && len(r.missing) == 0 }

func (r *report) print(w io.Writer) {
	slices.SortStableFunc(r.times, func(a, b timing) int { return cmp.Compare(b.took, a.took) })
	list(w, "What tests measured", r.figures)
	fmt.Fprintln(w, "\nWhat took longest:")
	for _, t := range r.times[:min(len(r.times), 12)] {
		fmt.Fprintf(w, "   %7.1fs  %s\n", t.took.Seconds(), t.name)
	}
	list(w, "Skipped, which counts as failed", r.skipped)
	list(w, "Failed", r.failures)
	list(w, "Missing; each script says above what to install", r.missing)
	fmt.Fprintf(w, "\n%d passed, %d failed\n", r.passed, r.failed)
}

func list(w io.Writer, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s:\n", title)
	for _, line := range lines {
		fmt.Fprintf(w, "   %s\n", line)
	}
}
