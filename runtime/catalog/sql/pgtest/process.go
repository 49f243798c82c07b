package pgtest

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bytepass/bytepass/test/process"
	"github.com/bytepass/bytepass/test/project"
)

// timeout is how long a server may take until it answers, or has stopped, on a
// machine that does much else.
const timeout = 2 * time.Minute

// run starts a program until the end of the test, as user postgres if this is
// root, whom it would refuse, and waits until a database behind it answers.
// last ends it.
func run(t testing.TB, folder string, last Signal, url string, command ...string) *process.Process {
	t.Helper()
	if os.Geteuid() == 0 {
		command = slices.Concat([]string{"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"}, command)
	}
	p, err := process.Start(process.Program{Command: command, Folder: folder, Last: syscall.Signal(last)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.End(); err != nil {
			t.Error(err)
		}
	})
	await(t, p, url)
	return p
}

// await waits until the database of a URL answers.
func await(t testing.TB, p *process.Process, url string) {
	t.Helper()
	err := p.Await(t.Context(), timeout, func(ctx context.Context) error {
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		defer conn.Close(context.WithoutCancel(ctx))
		_, err = conn.Exec(ctx, "SELECT 1")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
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
	done, err := project.Tool(".tools/postgres/.bytepass", "tools/postgres.sh")
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(done)
}

func freePort(t testing.TB) string {
	t.Helper()
	port, err := process.Port()
	if err != nil {
		t.Fatal(err)
	}
	return port
}
