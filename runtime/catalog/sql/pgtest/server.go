package pgtest

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/bytepass/bytepass/test/process"
)

// A Signal is a way to stop.
type Signal syscall.Signal

// How PostgreSQL stops (https://www.postgresql.org/docs/current/server-shutdown.html).
const (
	Fast  = Signal(syscall.SIGINT)  // it ends what runs, and writes everything down
	Crash = Signal(syscall.SIGQUIT) // it drops everything, and recovers from its log when it starts
)

// Server is a PostgreSQL server with data of its own. It trusts every user who
// connects from this machine.
type Server struct {
	tools, port string
	process     *process.Process
	databases   atomic.Int64
}

// Quick are settings for tests that do not stop the server: it does not wait
// for the disk.
func Quick() []string { return []string{"fsync=off", "synchronous_commit=off", "full_page_writes=off"} }

// Start starts a server for the length of the test. settings are those of
// postgresql.conf, as in "fsync=off". A missing part fails the test with the
// command that installs it.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	s := &Server{tools: tools(t), port: freePort(t)}
	dir := folder(t)
	template, data := filepath.Join(s.tools, "template"), filepath.Join(dir, "data")
	if out, err := exec.Command("cp", "-a", template, data).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s: run tools/postgres.sh as the user who runs the tests", err, out)
	}
	command := []string{filepath.Join(s.tools, "bin", "postgres"), "-D", data, "-p", s.port}
	for _, setting := range slices.Concat([]string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300", "shared_buffers=64MB", "max_wal_size=4GB",
	}, settings) {
		command = append(command, "-c", setting)
	}
	// SIGKILL would leave its shared memory behind.
	s.process = run(t, dir, Crash, s.url("postgres"), command...)
	return s
}

// Stop stops the server; Resume starts it again.
func (s *Server) Stop(t testing.TB, how Signal) {
	t.Helper()
	if err := s.process.Stop(syscall.Signal(how), timeout); err != nil {
		t.Fatal(err)
	}
}

// Resume starts a server that was stopped, with its data, on its port, and
// waits until it answers.
func (s *Server) Resume(t testing.TB) {
	t.Helper()
	if err := s.process.Restart(); err != nil {
		t.Fatal(err)
	}
	await(t, s.process, s.url("postgres"))
}

// Database makes an empty database and returns its URL.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test%d", s.databases.Add(1))
	Exec(t, s.url("postgres"), "CREATE DATABASE "+name)
	return s.url(name)
}

// Address returns host and port.
func (s *Server) Address() string { return process.Address(s.port) }

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
