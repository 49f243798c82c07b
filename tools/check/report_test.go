package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// events is what "go test -json" writes for a package with a test that passes
// and measures, one that fails, one that skips itself; for one that panics; and
// for one that does not build.
const events = `
{"Action":"output","Package":"m/a","Test":"TestGood","Output":"    a_test.go:1: measured: 1 ms\n"}
{"Action":"pass","Package":"m/a","Test":"TestGood","Elapsed":0.1}
{"Action":"output","Package":"m/a","Test":"TestBad","Output":"bad news\n"}
{"Action":"fail","Package":"m/a","Test":"TestBad","Elapsed":0.1}
{"Action":"skip","Package":"m/a","Test":"TestLazy","Elapsed":0}
{"Action":"fail","Package":"m/a","Elapsed":2.5}
{"Action":"output","Package":"m/b","Output":"panic: no\n"}
{"Action":"fail","Package":"m/b","Elapsed":0.2}
{"ImportPath":"m/c [m/c.test]","Action":"build-output","Output":"c.go:1: wrong\n"}
{"ImportPath":"m/c [m/c.test]","Action":"build-fail"}
{"Action":"fail","Package":"m/c","Elapsed":0,"FailedBuild":"m/c [m/c.test]"}
`

func TestTally(t *testing.T) {
	r := &report{}
	tally := &tally{report: r, output: map[string]*strings.Builder{}}
	tally.read(strings.NewReader(strings.TrimSpace(events)))
	if r.passed != 1 || r.failed != 4 {
		t.Errorf("%d passed, %d failed; want 1 and 4 (one fails, one skips, one panics, one does not build)", r.passed, r.failed)
	}
	if want := []string{"m/a TestBad", "m/b", "m/c does not build"}; !slices.Equal(r.failures, want) {
		t.Errorf("the failures are %q, want %q", r.failures, want)
	}
	if want := []string{"m/a TestLazy"}; !slices.Equal(r.skipped, want) {
		t.Errorf("skipped are %q, want %q", r.skipped, want)
	}
	if want := []string{"m/a: 1 ms"}; !slices.Equal(r.figures, want) {
		t.Errorf("the figures are %q, want %q", r.figures, want)
	}
	if r.good() {
		t.Error("such a run is not good")
	}
	var out bytes.Buffer
	r.print(&out)
	if !strings.HasSuffix(out.String(), "\n1 passed, 4 failed\n") {
		t.Errorf("the report ends in %q", out.String())
	}
}

func TestGood(t *testing.T) {
	for name, c := range map[string]struct {
		report report
		want   bool
	}{
		"nothing ran":   {report{}, false},
		"all passed":    {report{passed: 1}, true},
		"a tool lacked": {report{passed: 1, missing: []string{"tools/java.sh"}}, false},
	} {
		if got := c.report.good(); got != c.want {
			t.Errorf("%s: good is %v", name, got)
		}
	}
}
