package stores

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// watch runs a program with all that it starts. At the end of its input, which
// also comes when the test is killed, it kills them all and removes the folder
// and what else they leave.
const watch = `trap '' INT TERM HUP
folder=$1 leftovers=$2; shift 2
exec 3<&0
setsid "$@" 3<&- </dev/null & program=$!
{
	cat <&3
	kill -s KILL -- -$program
	until rm -rf "$folder" $leftovers; do sleep 0.02; done
} >/dev/null 2>&1 &
wait $program`

// process is a server that runs.
type process struct {
	folder string
	log    string   // path of what it has printed
	alive  *os.File // closing it ends the server
	ended  chan struct{}
}

// run starts a program in a folder of its own, with nothing of this process's
// environment but PATH. leftovers are the files that it makes elsewhere.
func run(t testing.TB, folder string, leftovers, env []string, command ...string) *process {
	t.Helper()
	input, alive, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer input.Close()
	p := &process{folder: folder, log: filepath.Join(folder, "log"), alive: alive, ended: make(chan struct{})}
	log, err := os.Create(p.log)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command("sh", slices.Concat([]string{"-c", watch, "sh", folder, strings.Join(leftovers, " ")}, command)...)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = folder, input, log, log
	cmd.Env = append(env, "PATH="+os.Getenv("PATH"), "HOME="+folder, "TMPDIR="+folder)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait() // being killed is its normal end
		close(p.ended)
	}()
	return p
}

func (p *process) end() {
	_ = p.alive.Close()
	<-p.ended
}

func (p *process) output() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// folder makes a folder that the process removes at its end.
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
	all := make([]string, n)
	for i := range all {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() // all at the end, so that none comes twice
		all[i] = strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	}
	return all
}
