package pgtest

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// startTimeout is how long a server may take until it answers, on a machine
// that does much else.
const startTimeout = time.Minute

// Server is a PostgreSQL server with data of its own. It trusts every user who
// connects from this machine.
type Server struct {
	tools, folder, port string
	settings            []string
	process             *process
	databases           atomic.Int64
}

// Quick are settings for tests that do not stop the server: it does not wait
// for the disk.
func Quick() []string { return []string{"fsync=off", "synchronous_commit=off", "full_page_writes=off"} }

// Start starts a server for the length of the test. settings are those of
// postgresql.conf, as in "fsync=off". A missing part fails the test with the
// command that installs it.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	s := &Server{tools: tools(t), folder: folder(t), port: freePort(t), settings: settings}
	template, data := filepath.Join(s.tools, "template"), filepath.Join(s.folder, "data")
	if out, err := exec.Command("cp", "-a", template, data).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s: run tools/postgres.sh as the user who runs the tests", err, out)
	}
	s.start(t)
	t.Cleanup(func() { s.process.end() })
	return s
}

func (s *Server) start(t testing.TB) {
	t.Helper()
	command := []string{filepath.Join(s.tools, "bin", "postgres"), "-D", filepath.Join(s.folder, "data"), "-p", s.port}
	for _, setting := range slices.Concat([]string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300", "shared_buffers=64MB", "max_wal_size=4GB",
	}, s.settings) {
		command = append(command, "-c", setting)
	}
	s.process = run(t, s.folder, Crash, command...)
	await(t, s.process, s.url("postgres"))
}

// Stop stops the server; Resume starts it again.
func (s *Server) Stop(t testing.TB, how Signal) { t.Helper(); s.process.stop(t, how) }

// Resume starts a server that was stopped, with its data, on its port, and
// waits until it answers.
func (s *Server) Resume(t testing.TB) { t.Helper(); s.start(t) }

// Database makes an empty database and returns its URL.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test%d", s.databases.Add(1))
	Exec(t, s.url("postgres"), "CREATE DATABASE "+name)
	return s.url(name)
}

// Address returns host and port.
func (s *Server) Address() string { return "127.0.0.1:" + s.port }

func (s *Server) url(database string) string {
	return "postgres://postgres@" + s.Address() + "/" + database + "?sslmode=disable"
}

// Exec runs statements in the database that a URL names.
func Exec(t testing.TB, url string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	for _, statement := range statements {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// await waits until what listens at url answers a query.
func await(t testing.TB, p *process, url string) {
	t.Helper()
	for deadline := time.Now().Add(startTimeout); ; time.Sleep(20 * time.Millisecond) {
		err := answers(t.Context(), url)
		if err == nil {
			return
		}
		select {
		case <-p.ended:
		default:
			if time.Now().Before(deadline) {
				continue
			}
		}
		output := p.output()
		p.end()
		t.Fatalf("it does not start: %v\n%s", err, output)
	}
}

func answers(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, "SELECT 1")
	return err
}
