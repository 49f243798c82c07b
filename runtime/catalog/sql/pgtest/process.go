package pgtest

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// A Signal is a way to stop.
type Signal string

// How PostgreSQL stops (https://www.postgresql.org/docs/current/server-shutdown.html).
const (
	Fast  Signal = "INT"  // it ends what runs, and writes everything down
	Crash Signal = "QUIT" // it drops everything, and recovers from its log when it starts
)

// watch runs a program and waits for it. It stops the program by the signal
// that is written to its input. At the end of its input, which also comes when
// the test is killed, it stops the program by its last signal and removes the
// folder.
const watch = `trap '' INT TERM HUP
folder=$1 last=$2; shift 2
exec 3<&0
"$@" </dev/null & program=$!
{
	read -r signal <&3 && exec kill -"$signal" $program
	kill -"$last" $program
	while kill -0 $program; do sleep 0.02; done
	rm -rf "$folder"
} >/dev/null 2>&1 &
wait $program`

type process struct {
	log   string // path of what it has printed
	input io.WriteCloser
	ended chan struct{}
}

// run starts a program, as user postgres if this is root, whom it would refuse.
// last is the signal that ends it soonest.
func run(t testing.TB, folder string, last Signal, command ...string) *process {
	t.Helper()
	if os.Geteuid() == 0 {
		command = slices.Concat([]string{"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"}, command)
	}
	p := &process{log: filepath.Join(folder, "log"), ended: make(chan struct{})}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command("sh", slices.Concat([]string{"-c", watch, "sh", folder, string(last)}, command)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, log, log
	if p.input, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait() // a signal is its normal end
		close(p.ended)
	}()
	return p
}

// stop stops the program and leaves its folder.
func (p *process) stop(t testing.TB, how Signal) {
	t.Helper()
	if _, err := fmt.Fprintf(p.input, "%s\n", how); err != nil {
		t.Fatal(err)
	}
	<-p.ended
}

// end stops the program, if it still runs, and removes its folder.
func (p *process) end() {
	_ = p.input.Close()
	<-p.ended
}

// output returns what the program has printed.
func (p *process) output() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// folder makes a folder that user postgres may come into.
func folder(t testing.TB) string {
	t.Helper()
	path, err := os.MkdirTemp("", "bytepass-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o711); err != nil {
		t.Fatal(err)
	}
	return path
}

// tools returns the folder that tools/postgres.sh fills.
func tools(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod in any folder above the test")
		}
		dir = filepath.Dir(dir)
	}
	dir = filepath.Join(dir, ".tools", "postgres")
	if _, err := os.Stat(filepath.Join(dir, ".bytepass")); err != nil {
		t.Fatal("PostgreSQL is missing: run tools/postgres.sh (or make tools)")
	}
	return dir
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}
