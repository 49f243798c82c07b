// Package build makes the functions' binaries, at synth, with the Go command:
// no Docker, no bundler, no network but for modules that were never fetched.
//
// The same commit gives the same bytes on any machine: the toolchain is the
// one that go.mod names, paths and version control are left out, C is left
// out, and every variable of the environment that changes what the compiler
// does is fixed here.
package build

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Folder is where the binaries go, below the project's folder.
const Folder = ".build/lambda"

// sources is where the mains are, below the project's folder.
const sources = "runtime/lambda"

// goarch names Go's word for each architecture of the settings.
var goarch = map[string]string{"arm64": "arm64", "x86_64": "amd64"}

// Functions builds the named functions for an architecture ("arm64" or
// "x86_64") and returns the folder that holds <name>/bootstrap of each. root is
// the project's folder. It may run at the same time in several processes. The
// error says which function does not build and what the compiler said.
func Functions(ctx context.Context, root, architecture string, names ...string) (string, error) {
	arch, ok := goarch[architecture]
	if !ok {
		return "", fmt.Errorf("there is no build for the architecture %q: use arm64 or x86_64", architecture)
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return "", err
	}
	toolchain, err := toolchain(root)
	if err != nil {
		return "", err
	}
	out := filepath.Join(root, filepath.FromSlash(Folder), architecture)
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", err
	}
	fresh, err := os.MkdirTemp(out, ".new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(fresh)

	args := []string{"build", "-trimpath", "-buildvcs=false", "-mod=readonly", "-tags=lambda.norpc", "-ldflags=-s -w -buildid=", "-o", fresh + string(filepath.Separator)}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(sources), name, "main.go")); err != nil {
			return "", fmt.Errorf("the function %s has no source: %s/%s/main.go is missing", name, sources, name)
		}
		args = append(args, "./"+sources+"/"+name)
	}
	// One command for all: Go builds them in parallel and shares what they share.
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	cmd.Env = environment(os.Environ(), arch, toolchain)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("the functions do not build (%w):\n%s", err, strings.TrimSpace(said.String()))
	}
	for _, name := range names {
		if err := install(filepath.Join(fresh, name), filepath.Join(out, name)); err != nil {
			return "", err
		}
	}
	return out, nil
}

// install moves a binary to where Lambda looks for it. The rename is atomic, so
// another process that reads the old one is not disturbed.
func install(binary, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	if err := os.Chmod(binary, 0o755); err != nil {
		return err
	}
	return os.Rename(binary, filepath.Join(folder, "bootstrap"))
}

var toolchainLine = regexp.MustCompile(`(?m)^toolchain (go[0-9.]+)$`)

// toolchain returns the Go toolchain that go.mod names, so that a newer local
// Go does not give other bytes.
func toolchain(root string) (string, error) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", fmt.Errorf("the functions are built from the project's folder: %w", err)
	}
	m := toolchainLine.FindSubmatch(mod)
	if m == nil {
		return "", fmt.Errorf("go.mod has no toolchain line: add one, such as toolchain go1.26.8, so that every machine builds the same")
	}
	return string(m[1]), nil
}

// fixed are the variables that change what the Go command builds.
func fixed(arch, toolchain string) []string {
	return []string{
		"CGO_ENABLED=0", "GOOS=linux", "GOARCH=" + arch, "GOAMD64=v1", "GOARM64=v8.0",
		"GOTOOLCHAIN=" + toolchain, "GOEXPERIMENT=", "GOFLAGS=", "GODEBUG=", "GOFIPS140=off", "GOWORK=off", "GO111MODULE=on",
	}
}

func environment(inherited []string, arch, toolchain string) []string {
	all := fixed(arch, toolchain)
	for _, variable := range inherited {
		name, _, _ := strings.Cut(variable, "=")
		if !setsName(all, name) {
			all = append(all, variable)
		}
	}
	return all
}

func setsName(variables []string, name string) bool {
	for _, v := range variables {
		if strings.HasPrefix(v, name+"=") {
			return true
		}
	}
	return false
}
