// Package process runs the programs that tests need beside them: databases,
// stores, emulators, the command itself.
//
// A program leads a process group of its own and ends with the test: when the
// test says so, and also when the test is killed, by a timeout or by hand. A
// small shell sees to that; it ends the whole group and removes its folder.
//
//	p, err := process.Start(process.Program{Command: []string{"redis-server", "--port", port}, Folder: folder})
//	…
//	t.Cleanup(func() { p.End() })
//	err = p.Await(t.Context(), time.Minute, func(ctx context.Context) error { return ping(ctx, port) })
//
// What it starts has to stay in its group. It needs a POSIX shell; it does not
// need testing, so that the commands of this folder use it too.
package process

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// endTimeout is how long a program may take to end by its last signal, on a
// machine that does much else, before it is killed.
const endTimeout = time.Minute

// Process is a program that runs, or has ended and can run again. Its methods
// are safe for concurrent use, but for Restart.
type Process struct {
	program Program
	cmd     *exec.Cmd
	ended   chan struct{}  // closed when cmd has ended
	alive   io.WriteCloser // the input of the shell
	release func() error   // lets the shell remove the folder and waits for it
}

// watch reads the number of a group, and a word when that has ended, as often
// as the program is started. If its input ends before that word, this process
// was killed, and so is the group, by signal $0.
const watch = `trap '' INT TERM HUP
while read -r group; do
	read -r ended || kill -s "$0" -- "-$group"
done
leftovers=$1; shift
until rm -rf "$@" $leftovers; do sleep 0.02; done`

// Start starts a program. After an error nothing is left, the folder included;
// otherwise End has to be called.
func Start(program Program) (*Process, error) {
	if program.Last == 0 {
		program.Last = syscall.SIGKILL
	}
	if program.Log == "" {
		program.Log = filepath.Join(program.Folder, "log")
	}
	args := []string{"-c", watch, fmt.Sprint(int(program.Last)), strings.Join(program.Leftovers, " ")}
	if program.Folder != "" {
		args = append(args, program.Folder)
	}
	shell := exec.Command("sh", args...)
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C is not for it
	alive, err := shell.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := shell.Start(); err != nil {
		return nil, err
	}
	p := &Process{program: program, alive: alive}
	p.release = sync.OnceValue(func() error { return errors.Join(alive.Close(), shell.Wait()) })
	if err := p.start(); err != nil {
		return nil, errors.Join(err, p.release())
	}
	return p, nil
}

func (p *Process) start() error {
	log, err := os.OpenFile(p.program.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the program has its own copy
	cmd := exec.Command(p.program.Command[0], p.program.Command[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = cmp.Or(p.program.Folder, p.program.Dir), p.program.Env, log, log
	if p.program.Input != "" {
		cmd.Stdin = strings.NewReader(p.program.Input)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if p.program.Sys != nil {
		*cmd.SysProcAttr = *p.program.Sys
	}
	cmd.SysProcAttr.Setpgid = true
	if err := cmd.Start(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.alive, cmd.Process.Pid)
	if err != nil {
		return errors.Join(err, signal(cmd, syscall.SIGKILL), cmd.Wait())
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()                   // a signal is its normal end
		_ = signal(cmd, syscall.SIGKILL) // what it has started and left behind
		_, _ = fmt.Fprintln(p.alive, "ended")
	}()
	p.cmd, p.ended = cmd, ended
	return nil
}

// Restart starts the program again, as before and in its folder as it is. If it
// still runs it is ended first.
func (p *Process) Restart() error {
	return errors.Join(p.Stop(p.program.Last, endTimeout), p.start())
}

// Stop sends the program and all that it has started a signal and returns when
// it has ended, at once if it has already. If that takes longer than patience it
// is killed, which is an error that holds its output. Its folder stays.
func (p *Process) Stop(how syscall.Signal, patience time.Duration) error {
	if err := p.Signal(how); err != nil {
		return err
	}
	select {
	case <-p.ended:
		return nil
	case <-time.After(patience):
	}
	err := fmt.Errorf("%s did not end within %v of signal %q\n%s", p.name(), patience, how, p.Output())
	if kill := p.Signal(syscall.SIGKILL); kill != nil {
		return errors.Join(err, kill)
	}
	<-p.ended
	return err
}

// End stops the program by its last signal, if it still runs, and removes its
// folder. It is idempotent.
func (p *Process) End() error {
	return errors.Join(p.Stop(p.program.Last, endTimeout), p.release())
}

// Signal sends a signal to the program and all that it has started, if it still
// runs.
func (p *Process) Signal(how syscall.Signal) error {
	select {
	case <-p.ended:
		return nil
	default:
		return signal(p.cmd, how)
	}
}

func signal(leader *exec.Cmd, how syscall.Signal) error {
	err := syscall.Kill(-leader.Process.Pid, how)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}

// Ended returns a channel that is closed when the program has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// ExitCode returns that of a program that has ended; -1 of one that a signal has.
func (p *Process) ExitCode() int { return p.cmd.ProcessState.ExitCode() }

// Pid returns the number of the program's process.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Output returns what the program has printed so far, or why that cannot be
// read.
func (p *Process) Output() string {
	text, err := os.ReadFile(p.program.Log)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (p *Process) name() string { return filepath.Base(p.program.Command[0]) }
