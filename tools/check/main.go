// Command check is what "make test" runs: it fetches the tools, checks the
// code, runs every test, and says what took longest.
//
// Nothing is skipped silently. When a tool cannot be fetched, the tests that
// need it fail by themselves and the rest still runs, so that a developer sees
// all that is wrong at once; in CI (the environment variable CI is set) the
// run ends there and then. A test that skips itself counts as a failure.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r := &report{}
	err := check(ctx, r, os.Getenv("CI") != "")
	r.print(os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
	}
	if err != nil || !r.good() {
		os.Exit(1)
	}
}

// check runs every step and writes down what came of it. The error is why it
// ended early.
func check(ctx context.Context, r *report, ci bool) error {
	scripts, err := filepath.Glob("tools/*.sh")
	if err != nil || len(scripts) == 0 {
		return fmt.Errorf("tools/ has no scripts: run this in the project's folder")
	}
	for _, script := range scripts {
		if script == "tools/lib.sh" {
			continue // what the others share
		}
		if err := r.step(ctx, script, "sh", script); err != nil {
			if ci {
				return fmt.Errorf("%s failed, and in CI nothing may be missing", script)
			}
			r.missing = append(r.missing, script)
		}
	}
	r.step(ctx, "format", "sh", "-c", `unformatted=$(gofmt -l $(git ls-files '*.go')) && test -z "$unformatted" || { echo "run gofmt -w on: $unformatted"; exit 1; }`)
	r.step(ctx, "lint", ".tools/golangci-lint", "run")

	near, far, err := packages(ctx)
	if err != nil {
		return err
	}
	// Far tests start servers and measure: one package at a time, always anew.
	r.tests(ctx, "tests beside the code", append([]string{"-p", "2"}, near...))
	r.tests(ctx, "tests of the whole", append([]string{"-p", "1", "-count", "1"}, far...))
	return ctx.Err()
}

// packages lists the project's packages with tests: those beside the code, and
// those of the folder test.
func packages(ctx context.Context) (near, far []string, err error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-f",
		`{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}`, "./...").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		return nil, nil, fmt.Errorf("go list: %w", err)
	}
	for _, p := range strings.Fields(string(out)) {
		if strings.Contains(p, "/test/") {
			far = append(far, p)
		} else {
			near = append(near, p)
		}
	}
	return near, far, nil
}

// step runs a command, shows what it prints, and writes down its result.
func (r *report) step(ctx context.Context, name, command string, args ...string) error {
	fmt.Printf("== %s\n", name)
	start := time.Now()
	cmd := exec.CommandContext(ctx, command, args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	err := cmd.Run()
	r.add(name, time.Since(start), err == nil)
	return err
}
