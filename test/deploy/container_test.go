package deploy

import (
	"context"
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/test/process"
)

// TestContainer: the binary alone serves, says that it is healthy, and stops
// when it is told.
func TestContainer(t *testing.T) {
	i := build(t)
	i.mount(t, "data")
	address, err := process.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	environ := []string{"BYTEPASS_LISTEN=" + address, "BYTEPASS_DATA=/data", "BYTEPASS_URL=http://" + address}
	server, begin := i.start(t, environ), time.Now()
	healthy := func(context.Context) error {
		if out, err := i.command(t, environ, i.health...).CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	}
	if err := server.Await(t.Context(), 2*time.Minute, healthy); err != nil {
		t.Fatal(err)
	}
	t.Logf("measured: healthy after %v", time.Since(begin).Round(time.Millisecond))

	put := i.command(t, environ, i.entrypoint[0], "put", "-", "a/b.txt")
	put.Stdin = strings.NewReader("bytes")
	if out, err := put.CombinedOutput(); err != nil {
		t.Errorf("an upload: %v: %s", err, out)
	}
	if out, err := i.command(t, environ, i.entrypoint[0], "get", "a/b.txt", "-").Output(); err != nil || string(out) != "bytes" {
		t.Errorf("a download: %v: %q", err, out)
	}

	if err := server.Stop(i.stop, time.Minute); err != nil {
		t.Fatal(err)
	}
	if code := server.ExitCode(); code != 0 {
		t.Errorf("it ended with exit code %d: %s", code, server.Output())
	}
	if err := healthy(t.Context()); err == nil {
		t.Error("it is healthy when it is gone")
	}
}

// TestContainerNeedsAnIssuer: as it is, the image listens for everybody, and
// says what that takes.
func TestContainerNeedsAnIssuer(t *testing.T) {
	i := build(t)
	out, err := i.command(t, nil, append(slices.Clone(i.entrypoint), i.cmd...)...).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.HasPrefix(string(out), "bytepass: BYTEPASS_LISTEN: ") || !strings.Contains(string(out), "--issuer") {
		t.Errorf("%v: %s", err, out)
	}
}

// TestStandsAlone: the binary needs no libraries, and carries the roots by which
// it trusts an issuer and a store where there is no system that has them.
func TestStandsAlone(t *testing.T) {
	file, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if libraries, err := file.ImportedLibraries(); err != nil || len(libraries) > 0 {
		t.Errorf("it needs %q, %v", libraries, err)
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	const roots = "golang.org/x/crypto/x509roots/fallback"
	for _, dep := range info.Deps {
		if dep.Path == roots {
			return
		}
	}
	t.Errorf("it does not carry %s", roots)
}
