package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// testTimeout bounds one package's tests.
const testTimeout = "25m"

// event is a line of "go test -json" (see "go doc test2json"; the fields
// ImportPath and FailedBuild come from the build, "go help buildjson").
type event struct {
	Action      string
	Package     string
	Test        string
	Elapsed     float64 // seconds
	Output      string
	ImportPath  string
	FailedBuild string
}

// tests runs go test with these arguments, prints a line for each package and
// the whole output of what failed, and writes down the results.
func (r *report) tests(ctx context.Context, name string, args []string) {
	fmt.Printf("== %s\n", name)
	start := time.Now()
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json", "-timeout", testTimeout}, args...)...)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err == nil {
		t := &tally{report: r, output: map[string]*strings.Builder{}}
		t.read(stdout)
		err = cmd.Wait()
	}
	took := time.Since(start)
	r.addTime(name+busy(cmd.ProcessState, took), took)
	if err != nil && r.failed == 0 {
		r.add(name+": "+err.Error(), time.Since(start), false)
	}
}

// busy says how much of the machine's processors a command and all that it has
// waited for have used, of what there was: if that is little, more may run at
// the same time.
func busy(state *os.ProcessState, took time.Duration) string {
	if state == nil || took <= 0 {
		return ""
	}
	used := state.UserTime() + state.SystemTime()
	return fmt.Sprintf(", %.0f %% of the processors used", 100*used.Seconds()/took.Seconds()/float64(runtime.NumCPU()))
}

// tally turns the events of one go test into a report.
type tally struct {
	report *report
	output map[string]*strings.Builder // of tests and packages that have not ended
}

func (t *tally) read(events io.Reader) {
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Println(lines.Text()) // go itself had something to say
			continue
		}
		t.take(e)
	}
}

func (t *tally) take(e event) {
	id := e.Package + e.ImportPath + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		if t.output[id] == nil {
			t.output[id] = &strings.Builder{}
		}
		t.output[id].WriteString(e.Output)
		return
	case "pass", "fail", "skip":
	default:
		return
	}
	if e.Test == "" {
		t.endPackage(e)
	} else {
		t.endTest(e)
	}
	delete(t.output, id)
}

func (t *tally) endTest(e event) {
	switch e.Action {
	case "pass":
		t.report.passed++
		t.figures(e)
		return
	case "skip":
		t.report.skipped = append(t.report.skipped, e.Package+" "+e.Test)
	case "fail":
		t.report.failures = append(t.report.failures, e.Package+" "+e.Test)
	}
	t.report.failed++
	fmt.Print(t.text(e.Package + " " + e.Test))
}

// figures shows what a test measured, by package: lines that contain "measured:".
func (t *tally) figures(e event) {
	for line := range strings.Lines(t.text(e.Package + " " + e.Test)) {
		if _, figure, ok := strings.Cut(line, "measured: "); ok {
			t.report.figures = append(t.report.figures, strings.TrimPrefix(e.Package, modulePath)+": "+strings.TrimSpace(figure))
		}
	}
}

func (t *tally) endPackage(e event) {
	duration := time.Duration(e.Elapsed * float64(time.Second))
	short := strings.TrimPrefix(e.Package, modulePath)
	t.report.addTime(short, duration)
	fmt.Printf("   %-4s %-40s %7.1fs\n", e.Action, short, e.Elapsed)
	if e.Action != "fail" {
		return
	}
	if e.FailedBuild != "" {
		fmt.Print(t.text(e.FailedBuild + " "))
		t.report.failed++
		t.report.failures = append(t.report.failures, e.Package+" does not build")
		return
	}
	if !t.report.failedIn(e.Package) { // it ended without a verdict on a test
		t.report.failed++
		t.report.failures = append(t.report.failures, e.Package)
		fmt.Print(t.text(e.Package + " "))
	}
}

func (t *tally) text(id string) string {
	if b := t.output[id]; b != nil {
		return b.String()
	}
	return ""
}

const modulePath = "github.com/bytepass/bytepass/"
