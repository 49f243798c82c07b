package pgtest

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/bytepass/bytepass/test/process"
)

// poolerSettings put every transaction on whatever connection is free, of very
// few, so that what one leaves behind is in the way of the next. As many an
// installation does, it takes no setting of a session from its clients.
const poolerSettings = `[databases]
* = host=127.0.0.1 port=%s user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %s
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 500
server_reset_query =
`

// Pooled starts PgBouncer in front of the server, in transaction mode, for the
// length of the test. The function that it returns turns the URL of a database
// into that of the same database behind the pooler.
func (s *Server) Pooled(t testing.TB) func(databaseURL string) string {
	t.Helper()
	port, dir := freePort(t), folder(t)
	settings := filepath.Join(dir, "pgbouncer.ini")
	text := fmt.Sprintf(poolerSettings, s.port, port)
	if err := os.WriteFile(settings, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	through := func(databaseURL string) string {
		u, err := url.Parse(databaseURL)
		if err != nil {
			t.Fatal(err)
		}
		u.Host = process.Address(port)
		return u.String()
	}
	run(t, dir, Signal(syscall.SIGKILL), through(s.url("postgres")), filepath.Join(s.tools, "bin", "pgbouncer"), settings)
	return through
}
