// Package serve builds the command bytepass and runs the real "bytepass serve"
// as a process, for tests that look at it from outside.
package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/bytepass/bytepass/test/project"
)

const (
	buildTimeout = 15 * time.Minute // the first compilation, on two busy cores
	startTimeout = 30 * time.Second
	stopTimeout  = 15 * time.Second
)

// Binary builds the command and returns its path. Go's cache makes the second
// time quick.
func Binary(ctx context.Context) (string, error) {
	root, err := project.Root()
	if err != nil {
		return "", err
	}
	path := filepath.Join(root, ".build", "bytepass")
	ctx, cancel := context.WithTimeout(ctx, buildTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, "./runtime/cmd/bytepass")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building bytepass: %w\n%s", err, out)
	}
	return path, nil
}

// Server is a running "bytepass serve".
type Server struct {
	URL  string // of the API and the console
	Data string // its data folder
	// Binary is the command's path.
	Binary string

	listen string
	flags  []string
	cmd    *exec.Cmd
	done   chan struct{}
}

// Start runs the command's binary on the data folder, on a free port of
// loopback, with more flags if the caller has any, and returns when everything
// behind it works. What it prints goes to <data>.log.
func Start(binary, data string, flags ...string) (*Server, error) {
	address, err := FreeAddress()
	if err != nil {
		return nil, err
	}
	return StartAt(address, binary, data, flags...)
}

// StartAt is Start on an address of loopback that others have to know before.
func StartAt(address, binary, data string, flags ...string) (*Server, error) {
	s := &Server{URL: "http://" + address, Data: data, Binary: binary, listen: address, flags: flags}
	return s, s.Restart()
}

// Restart starts the server again on the same folder and address, after Kill or Stop.
func (s *Server) Restart() error {
	log, err := os.OpenFile(s.LogFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close() // the process has its own copy
	s.cmd = exec.Command(s.Binary, append([]string{"serve", "--data", s.Data, "--listen", s.listen}, s.flags...)...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.done = make(chan struct{})
	go func() {
		s.cmd.Wait() // its end is told by done, its reason by the log
		close(s.done)
	}()
	if err := s.ready(); err != nil {
		return errors.Join(err, s.Kill())
	}
	return nil
}

func (s *Server) ready() error {
	deadline := time.Now().Add(startTimeout)
	for time.Now().Before(deadline) {
		res, err := http.Get(s.URL + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.done:
			return fmt.Errorf("bytepass serve ended: %s", s.log())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return fmt.Errorf("bytepass serve was not ready within %v: %s", startTimeout, s.log())
}

// Kill ends the server at once, as a power cut would end it.
func (s *Server) Kill() error {
	if err := s.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-s.done
	return nil
}

// Stop asks the server to end and waits until it has.
func (s *Server) Stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-s.done:
		return nil
	case <-time.After(stopTimeout):
		return errors.Join(fmt.Errorf("bytepass serve did not stop within %v: %s", stopTimeout, s.log()), s.Kill())
	}
}

// Token returns a token of the development issuer, as "bytepass token" prints it.
func (s *Server) Token(ctx context.Context, owner string) (string, error) {
	out, err := exec.CommandContext(ctx, s.Binary, "token", "--data", s.Data, "--owner", owner).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		return "", fmt.Errorf("bytepass token: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// Pid returns the number of the server's process.
func (s *Server) Pid() int { return s.cmd.Process.Pid }

// LogFile is where everything goes that the server prints.
func (s *Server) LogFile() string { return s.Data + ".log" }

func (s *Server) log() string {
	content, err := os.ReadFile(s.LogFile())
	if err != nil {
		return err.Error()
	}
	return string(content)
}

// FreeAddress returns an address of loopback that nobody listens on.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
