package readme

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

const (
	// preamble ends the shell with the first command that fails. With the shell
	// its process group ends, which is all that it has started, also when the
	// test was killed.
	preamble = "set -eu\ntrap 'trap \"\" TERM; kill 0; wait' EXIT\n"
	// mark is what the shell says after each snippet.
	mark = "the snippet is at its end"
)

// shell runs one snippet after another.
type shell struct {
	input  io.WriteCloser
	output *bufio.Scanner
}

// startShell starts a shell in a folder for the length of the test.
func startShell(t testing.TB, folder string, env []string) *shell {
	t.Helper()
	cmd := exec.Command("sh")
	cmd.Dir, cmd.Env, cmd.SysProcAttr = folder, env, &syscall.SysProcAttr{Setpgid: true}
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &shell{input, bufio.NewScanner(output)}
	s.output.Buffer(nil, 1<<20)
	t.Cleanup(func() {
		_ = input.Close()
		_ = cmd.Wait() // a snippet that failed has told so
	})
	if out, err := s.run(preamble); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return s
}

// run runs commands and returns what they print. The error is a command that
// failed; no other can be run after that.
func (s *shell) run(code string) (printed string, err error) {
	if _, err := fmt.Fprintf(s.input, "%s\necho; echo '%s'\n", code, mark); err != nil {
		return "", fmt.Errorf("the shell has ended with an earlier snippet: %w", err)
	}
	var out strings.Builder
	for s.output.Scan() {
		if s.output.Text() == mark {
			return out.String(), nil
		}
		out.WriteString(s.output.Text() + "\n")
	}
	return out.String(), fmt.Errorf("a command has failed")
}
