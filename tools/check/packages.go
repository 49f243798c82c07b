package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
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

// plan lists packages with tests, by how they are run.
type plan struct {
	beside []string // the code
	whole  []string // of the folder test: they start servers, and wait most of their time
	alone  []string // of either, those that compare speeds: one at a time, beside nothing
}

// inOrder are those of the whole that take minutes. They come first, so that at
// the end no long one runs while nothing else is left to do.
var inOrder = []string{"test/clients", "test/e2e", "test/provision", "test/browser", "test/onprem"}

// alone are those that compare speeds.
var alone = []string{"runtime/auth", "runtime/edge", "runtime/metrics", "runtime/sign", "test/bench", "test/transfer"}

// planOf sorts packages into a plan.
func planOf(packages []string) plan {
	var p plan
	for _, name := range packages {
		switch short := strings.TrimPrefix(name, modulePath); {
		case slices.Contains(alone, short):
			p.alone = append(p.alone, name)
		case !strings.HasPrefix(short, "test/"):
			p.beside = append(p.beside, name)
		default:
			p.whole = append(p.whole, name)
		}
	}
	slices.SortStableFunc(p.whole, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return p
}

// rank is where a package stands in inOrder, or behind them all.
func rank(name string) int {
	if i := slices.Index(inOrder, strings.TrimPrefix(name, modulePath)); i >= 0 {
		return i
	}
	return len(inOrder)
}

// packages lists the project's packages with tests.
func packages(ctx context.Context) (plan, error) {
	lines, err := goList(ctx, `{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}`)
	return planOf(lines), err
}

// testsWithStores lists the packages with tests that start S3 servers, and the
// names of those tests: all of a file that imports the package which starts
// them, and all of that package.
func testsWithStores(ctx context.Context) (found, names []string, err error) {
	const servers = modulePath + "test/stores"
	lines, err := goList(ctx, `{{.ImportPath}} {{.Dir}} {{join .TestGoFiles " "}} {{join .XTestGoFiles " "}}`)
	for _, line := range lines {
		fields := strings.Fields(line)
		before := len(names)
		for _, file := range fields[2:] {
			more, err := testsIn(filepath.Join(fields[1], file), servers, fields[0] == servers)
			if err != nil {
				return nil, nil, err
			}
			names = append(names, more...)
		}
		if len(names) > before {
			found = append(found, fields[0])
		}
	}
	return found, names, err
}

// testsIn returns the names of a file's tests, if the file imports a package or
// belongs to it.
func testsIn(path, imported string, belongs bool) (names []string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	imports := func(i *ast.ImportSpec) bool { return i.Path.Value == strconv.Quote(imported) }
	if !belongs && !slices.ContainsFunc(file.Imports, imports) {
		return nil, nil
	}
	for _, declared := range file.Decls {
		if f, ok := declared.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") && f.Name.Name != "TestMain" {
			names = append(names, f.Name.Name)
		}
	}
	return names, nil
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
