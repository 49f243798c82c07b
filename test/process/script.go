package process

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// Script is a running server that ends with its input, as those that tools/ has
// for Node do. Such a one reads one line of JSON, its configuration, and prints
// "ready URL" when it listens there.
type Script struct {
	URL string
	end func() error
}

// StartScript starts a script, with what env adds to this process's
// environment, and waits until it is ready. It runs until End or the end of ctx,
// and never longer than this process.
func StartScript(ctx context.Context, config any, env []string, command ...string) (*Script, error) {
	line, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(cmd.Environ(), env...)
	var complaints strings.Builder // read when it has ended
	cmd.Stderr = &complaints
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &Script{end: sync.OnceValue(func() error { return errors.Join(input.Close(), cmd.Wait()) })}
	context.AfterFunc(ctx, func() { _ = s.End() })
	_, failed := input.Write(append(line, '\n'))
	said := bufio.NewReader(output)
	first, err := said.ReadString('\n')
	url, ok := strings.CutPrefix(first, "ready ")
	if !ok {
		wrong := fmt.Errorf("%s says %q instead of where it is ready", filepath.Base(command[0]), first)
		return nil, errors.Join(wrong, failed, err, s.End(), errors.New(complaints.String()))
	}
	s.URL = strings.TrimSpace(url)
	go io.Copy(io.Discard, said) // so that it never waits for a reader; ends with it
	return s, nil
}

// End ends the script and waits until it has. It is idempotent.
func (s *Script) End() error { return s.end() }
