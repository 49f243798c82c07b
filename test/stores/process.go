package stores

import (
	"os"
	"slices"
	"testing"

	"github.com/bytepass/bytepass/test/process"
	"github.com/bytepass/bytepass/test/project"
)

// run starts a server in a folder of its own until the end of the test, with
// nothing of this process's environment but PATH. leftovers are patterns of the
// files that it makes elsewhere.
func run(t testing.TB, folder string, leftovers, env []string, command ...string) *process.Process {
	t.Helper()
	p, err := process.Start(process.Program{
		Command: command, Folder: folder, Leftovers: leftovers,
		Env: slices.Concat(env, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder, "TMPDIR=" + folder}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.End(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// folder makes a folder that goes with the server.
func folder(t testing.TB) string {
	t.Helper()
	path, err := os.MkdirTemp("", "bytepass-store-")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// ports returns n different free ports.
func ports(t testing.TB, n int) []string {
	t.Helper()
	all, err := process.Ports(n)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// tool returns the path of a program that a script fetches.
func tool(t testing.TB, name, script string) string {
	t.Helper()
	path, err := project.Tool(name, script)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
