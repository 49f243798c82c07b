package process

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// bound is far longer than anything here takes.
const bound = time.Minute

// victim holds the folder of a process that is to be killed: this one.
const victim = "TEST_PROCESS_VICTIM"

// A test that is killed leaves neither a program, nor what that has started,
// nor their files behind.
func TestAKilledTestLeavesNothing(t *testing.T) {
	const twoThatStay = `trap '' TERM; exec 3>../life; touch ../left.1; sleep 1000 & echo started >&3; sleep 1000`
	if base := os.Getenv(victim); base != "" {
		_, err := Start(Program{Command: []string{"sh", "-c", twoThatStay}, Folder: filepath.Join(base, "folder"), Leftovers: []string{filepath.Join(base, "left.*")}})
		if err != nil {
			t.Fatal(err)
		}
		select {} // until it is killed
	}
	base := t.TempDir()
	if err := errors.Join(os.Mkdir(filepath.Join(base, "folder"), 0o700), syscall.Mkfifo(filepath.Join(base, "life"), 0o600)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestAKilledTestLeavesNothing$")
	cmd.Env = append(os.Environ(), victim+"="+base)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	life, err := os.Open(filepath.Join(base, "life")) // ends when nobody is left who has it
	if err != nil {
		t.Fatal(err)
	}
	defer life.Close()
	said := bufio.NewReader(life)
	if line, err := said.ReadString('\n'); line != "started\n" {
		t.Fatalf("it says %q: %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // it was killed
	if _, err := io.ReadAll(said); err != nil {
		t.Error(err)
	}
	for _, path := range []string{"folder", "left.1"} {
		gone(t, filepath.Join(base, path))
	}
}

// gone waits until a path is not there.
func gone(t *testing.T, path string) {
	t.Helper()
	for end := time.Now().Add(bound); time.Now().Before(end); time.Sleep(pause) {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return
		}
	}
	t.Errorf("%s is still there", path)
}

// start starts a script in a folder and waits for the line "ready".
func start(t *testing.T, p Program, script string) *Process {
	t.Helper()
	p.Command, p.Folder = []string{"sh", "-c", script}, filepath.Join(t.TempDir(), "a folder")
	if err := os.Mkdir(p.Folder, 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := Start(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.End(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Await(t.Context(), bound, says(s, "ready\n")); err != nil {
		t.Fatal(err)
	}
	return s
}

// says asks whether a program's output ends in this text.
func says(p *Process, text string) func(context.Context) error {
	return func(context.Context) error {
		if !strings.HasSuffix(p.Output(), text) {
			return errors.New("it has not said so")
		}
		return nil
	}
}

// A program that was stopped runs again in its folder, which its end removes.
func TestRestart(t *testing.T) {
	s := start(t, Program{}, `echo again >>runs; echo ready; sleep 1000`)
	first := s.Pid()
	if err := s.Stop(syscall.SIGTERM, bound); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.Ended():
	default:
		t.Error("it has not ended")
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	if err := s.Await(t.Context(), bound, says(s, "ready\nready\n")); err != nil {
		t.Fatal(err)
	}
	if s.Pid() == first {
		t.Error("it is the same process")
	}
	runs, err := os.ReadFile(filepath.Join(s.program.Folder, "runs"))
	if err != nil || string(runs) != "again\nagain\n" {
		t.Errorf("its folder holds %q: %v", runs, err)
	}
	if err := errors.Join(s.End(), s.End()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(s.program.Folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its folder is still there: %v", err)
	}
}

// A program that does not heed a signal is killed, and that is told.
func TestStopKills(t *testing.T) {
	s := start(t, Program{}, `trap 'echo no' TERM; echo ready; while :; do sleep 0.01; done`)
	err := s.Stop(syscall.SIGTERM, 10*pause)
	if err == nil || !strings.Contains(err.Error(), "ready") {
		t.Errorf("the error is %v, without its output", err)
	}
	<-s.Ended()
}

// It gets its input and its environment, and its last signal: one that a shell
// heeds even where this test was started in the background, which has programs
// ignore that of Ctrl-C.
func TestProgram(t *testing.T) {
	left := filepath.Join(t.TempDir(), "left")
	s := start(t, Program{Input: "line\n", Env: []string{"A=1", "PATH=" + os.Getenv("PATH")}, Last: syscall.SIGUSR1, Leftovers: []string{left + "*"}},
		`read -r line; trap 'echo "$line $A"; exit' USR1; : >`+left+`1; echo ready; while :; do sleep 0.01; done`)
	if err := s.Stop(syscall.SIGUSR1, bound); err != nil {
		t.Fatal(err)
	}
	if got := s.Output(); !strings.HasPrefix(got, "ready\n") || !strings.HasSuffix(got, "line 1\n") { // and what shells say of sleep
		t.Errorf("it says %q", got)
	}
	if err := s.End(); err != nil {
		t.Fatal(err)
	}
	gone(t, left+"1")
}

// Who waits is told why it is in vain.
func TestAwait(t *testing.T) {
	never := func(context.Context) error { return errors.New("nobody answers") }
	s := start(t, Program{}, `echo ready; read -r line; sleep 0.1; echo no config; exit 1`)
	err := s.Await(t.Context(), bound, never)
	for _, part := range []string{"ended before", "nobody answers", "no config"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("of one that ends it says %v, not %q", err, part)
		}
	}
	s = start(t, Program{}, `echo ready; sleep 1000`)
	err = s.Await(t.Context(), 2*pause, never)
	for _, part := range []string{"not ready within", "nobody answers", "ready\n"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("of one that stays it says %v, not %q", err, part)
		}
	}
}

// What cannot start leaves nothing.
func TestStartFails(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(Program{Command: []string{"/no/such/program"}, Folder: folder}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the error is %v", err)
	}
	gone(t, folder)
}

func TestPorts(t *testing.T) {
	ports, err := Ports(50)
	if err != nil || len(ports) != 50 {
		t.Fatalf("%d ports, %v", len(ports), err)
	}
	for _, port := range ports {
		l, err := net.Listen("tcp", Address(port)) // fails if it comes twice
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
	}
}

// A port is somebody's until its process has ended.
func TestReserve(t *testing.T) {
	path := filepath.Join(t.TempDir(), "port")
	for _, want := range []bool{true, false, false} {
		if got, err := reserve(path); got != want || err != nil {
			t.Errorf("it is ours: %v, %v; want %v", got, err, want)
		}
	}
	if _, err := reserve(filepath.Join(path, "missing")); err == nil {
		t.Error("a port without a file is ours")
	}
}
