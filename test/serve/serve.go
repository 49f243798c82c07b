// Package serve builds the command bytepass and runs the real "bytepass serve"
// as a process, for tests that look at it from outside.
//
//	s := serve.Run(t, "--max-size", "2KB")
//	res, err := http.Get(s.URL + "/api/files")
//
// It is the embedded server on an empty folder and free ports of loopback, ready
// when Run returns. It can be killed, stopped and started again on its folder,
// and ends with the test. Its own test kills it while files change.
package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/bytepass/bytepass/runtime/server/folder"
	"github.com/bytepass/bytepass/test/process"
	"github.com/bytepass/bytepass/test/project"
)

// Bounds, for a machine that does much else.
const (
	buildTimeout = 15 * time.Minute // the first compilation
	startTimeout = 2 * time.Minute
	stopTimeout  = time.Minute
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
	// Took is how long it was, the last time, from the start until it was ready.
	Took time.Duration

	listen  string
	flags   []string
	process *process.Process
}

// Start runs the command's binary on the data folder, on a free port of
// loopback, with more flags if the caller has any, and returns when everything
// behind it works. What it prints goes to <data>.log. It runs until Stop or
// Kill, and never longer than this process.
func Start(binary, data string, flags ...string) (*Server, error) {
	address, err := process.FreeAddress()
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
	began := time.Now()
	p, err := process.Start(process.Program{
		Command: append([]string{s.Binary, "serve", "--data", s.Data, "--listen", s.listen}, s.flags...),
		Log:     s.LogFile(),
	})
	if err != nil {
		return err
	}
	s.process = p
	if err := p.Await(context.Background(), startTimeout, s.ready); err != nil {
		return errors.Join(err, s.Kill())
	}
	s.Took = time.Since(began)
	return nil
}

// ready asks the server whether everything behind it works.
func (s *Server) ready(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/readyz", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("/readyz says %s", res.Status)
	}
	return nil
}

// Kill ends the server at once, as a power cut would end it.
func (s *Server) Kill() error { return s.process.End() }

// Stop asks the server to end and waits until it has. It is idempotent.
func (s *Server) Stop() error {
	return errors.Join(s.process.Stop(syscall.SIGTERM, stopTimeout), s.process.End())
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

// Store returns the URL of the server's embedded store, and its keys, by which
// an operator gets at it past the API.
func (s *Server) Store() (endpoint string, keys folder.Keys, err error) {
	f, err := folder.Open(s.Data, false)
	if err != nil {
		return "", folder.Keys{}, err
	}
	state, err := f.State()
	if err != nil {
		return "", folder.Keys{}, err
	}
	keys, err = f.Keys()
	return "http://" + state.S3Listen, keys, err
}

// Pid returns the number of the server's process.
func (s *Server) Pid() int { return s.process.Pid() }

// LogFile is where everything goes that the server prints.
func (s *Server) LogFile() string { return s.Data + ".log" }
