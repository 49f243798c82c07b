package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// fetchers lists the scripts that get what the tests need; with those for
// stores that take minutes to get, if any are asked for.
func fetchers(stores string) ([]string, error) {
	scripts, err := filepath.Glob("tools/*.sh")
	if err == nil && stores != "" {
		var more []string
		more, err = filepath.Glob("tools/stores/*.sh")
		scripts = append(scripts, more...)
	}
	if err != nil || len(scripts) == 0 {
		return nil, errors.New("tools/ has no scripts: run this in the project's folder")
	}
	// What the others share is none.
	return slices.DeleteFunc(scripts, func(script string) bool { return script == "tools/lib.sh" }), nil
}

// packages lists the project's packages with tests: those beside the code, and
// those of the folder test.
func packages(ctx context.Context) (near, far []string, err error) {
	lines, err := goList(ctx, `{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}`)
	for _, p := range lines {
		if strings.Contains(p, "/test/") {
			far = append(far, p)
		} else {
			near = append(near, p)
		}
	}
	return near, far, err
}

// packagesWithStores lists the packages whose tests start S3 servers, and the
// one that starts them.
func packagesWithStores(ctx context.Context) ([]string, error) {
	lines, err := goList(ctx, `{{.ImportPath}} {{join .TestImports " "}} {{join .XTestImports " "}}`)
	var found []string
	for _, line := range lines {
		if names := strings.Fields(line); slices.Contains(names, modulePath+"test/stores") {
			found = append(found, names[0])
		}
	}
	return found, err
}

// goList returns what go list prints for the project's packages, without empty
// lines.
func goList(ctx context.Context, format string) ([]string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-f", format, "./...").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		return nil, fmt.Errorf("go list: %w", err)
	}
	return slices.DeleteFunc(strings.Split(string(out), "\n"), func(line string) bool { return strings.TrimSpace(line) == "" }), nil
}
