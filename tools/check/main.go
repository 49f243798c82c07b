// Command check is what "make test" runs: it fetches the tools, checks the
// code, runs every test, and says what took longest.
//
// Nothing is skipped silently. When a tool cannot be fetched, the tests that
// need it fail by themselves and the rest still runs, so that a developer sees
// all that is wrong at once; in CI (the environment variable CI is set) the
// run ends there and then. A test that skips itself counts as a failure.
//
// With "-stores NAMES" it is what "make test-stores" runs: only the tests that
// run on the S3 servers of test/stores, on those of these names, which may take
// minutes to get.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	stores := flag.String("stores", "", "run only the tests on S3 servers, on these `NAMES` (see test/stores)")
	flag.Parse()
	r := &report{}
	err := check(ctx, r, os.Getenv("CI") != "", *stores)
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
func check(ctx context.Context, r *report, ci bool, stores string) error {
	scripts, err := fetchers(stores)
	if err != nil {
		return err
	}
	for _, script := range scripts {
		if err := r.step(ctx, script, "sh", script); err != nil {
			if ci {
				return fmt.Errorf("%s failed, and in CI nothing may be missing", script)
			}
			r.missing = append(r.missing, script)
		}
	}
	// Tests that run at the same time find it built.
	r.step(ctx, "build", "go", "build", "-o", ".build/bytepass", "./runtime/cmd/bytepass")
	if stores != "" {
		return checkStores(ctx, r, stores)
	}
	r.step(ctx, "build the CDK app", "go", "build", "-buildvcs=false", "-o", ".build/app", ".") // as cdk.json does
	r.step(ctx, "format", "sh", "-c", `unformatted=$(gofmt -l $(git ls-files '*.go')) && test -z "$unformatted" || { echo "run gofmt -w on: $unformatted"; exit 1; }`)
	r.step(ctx, "lint", ".tools/golangci-lint", "run")

	p, err := packages(ctx)
	if err != nil {
		return err
	}
	r.tests(ctx, "tests beside the code", append([]string{"-p", "2"}, p.beside...))
	// These look at servers and files that Go does not know: always anew.
	r.tests(ctx, "tests of the whole", append([]string{"-p", "2", "-count", "1"}, p.whole...))
	r.tests(ctx, "tests that compare speeds", append([]string{"-p", "1", "-count", "1"}, p.alone...))
	return ctx.Err()
}

// checkStores runs the tests that start S3 servers, on those of these names.
func checkStores(ctx context.Context, r *report, names string) error {
	if err := os.Setenv("TEST_STORES", names); err != nil {
		return err
	}
	found, tests, err := testsWithStores(ctx)
	if err != nil {
		return err
	}
	r.tests(ctx, "tests on "+names, append([]string{"-p", "2", "-count", "1", "-run", "^(" + strings.Join(tests, "|") + ")$"}, found...))
	return ctx.Err()
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
