package server

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog/sql/pgtest"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/storetest"
)

// begin runs a server that may not be able to serve yet. Its URL is known, and
// started gets it when it serves.
func begin(t *testing.T, cfg Config) (s *served, started <-chan Running) {
	t.Helper()
	address, err := freeAddress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	s = &served{T: t, stop: stop, ended: make(chan error, 1), Running: Running{URL: "http://" + address}}
	running := make(chan Running, 1)
	cfg.Listen, cfg.Started = address, func(r Running) { running <- r }
	go func() { s.ended <- Run(ctx, cfg) }()
	t.Cleanup(s.end)
	s.until("/healthz", http.StatusOK)
	return s, running
}

// get returns the status and the body of an answer; 0 if there is none.
func (s *served) get(path string) (status int, body string) {
	res, err := http.Get(s.URL + path)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err.Error()
	}
	return res.StatusCode, string(text)
}

// until waits until a path is answered with a status.
func (s *served) until(path string, status int) {
	s.Helper()
	got, body := s.get(path)
	for end := time.Now().Add(longest); got != status; got, body = s.get(path) {
		if time.Now().After(end) {
			s.Fatalf("%s is answered with %d %s, want %d", path, got, body, status)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// A store that is away when the server starts: it is alive and not ready, says
// so to everybody, can be stopped, and serves when the store is there.
func TestStoreThatIsAwayAtStart(t *testing.T) {
	cfg := onStore(t.TempDir(), &storetest.Store{Endpoint: "http://127.0.0.1:1", Bucket: "files", AccessKey: "a", SecretKey: "s"})
	s, started := begin(t, cfg)
	if status, body := s.get(eventsPath); status != http.StatusServiceUnavailable || body != "" {
		t.Errorf("an event: %d %q", status, body)
	}
	for _, path := range []string{"/readyz", "/api/files", "/"} {
		status, body := s.get(path)
		var problem struct{ Code files.Code }
		if err := json.Unmarshal([]byte(body), &problem); err != nil || status != http.StatusServiceUnavailable || problem.Code != files.CodeUnavailable {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	s.end()
	if len(started) > 0 {
		t.Error("it has started without a store")
	}
}

// The database is away when the server starts, and comes back.
func TestDatabaseThatIsAwayAtStart(t *testing.T) {
	database := startPostgres(t)
	store := storetest.Start(t)
	cfg := onStore(t.TempDir(), store)
	cfg.Database = database.Database(t)
	database.Stop(t, pgtest.Fast)
	s, started := begin(t, cfg)
	if status, _ := s.get("/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("without a database: %d", status)
	}
	database.Resume(t)
	<-started
	s.until("/readyz", http.StatusOK)
	s.end()

	cfg.Database = strings.Replace(cfg.Database, "/test1", "/missing", 1)
	wantSetting(t, Run(t.Context(), cfg), "--database", "CREATE DATABASE \"missing\"")
}

// The schema is dropped below a server, as for a new catalog: it is not ready,
// asks everybody to wait, and lists again what a reconcile has found.
func TestDatabaseThatIsLost(t *testing.T) {
	database := startPostgres(t).Database(t)
	cfg := onStore(t.TempDir(), storetest.Start(t))
	cfg.Database = database
	s := runServer(t, cfg)
	s.put("a.txt", "one")
	s.lists("a.txt")
	pgtest.Exec(t, database, `DROP SCHEMA bytepass CASCADE`)
	s.until("/readyz", http.StatusServiceUnavailable)
	if status, body := s.get("/api/files"); status != http.StatusServiceUnavailable || !strings.Contains(body, `"unavailable"`) {
		t.Errorf("a list: %d %s", status, body)
	}
	if _, err := Reconcile(t.Context(), cfg, nil); err != nil {
		t.Fatal(err)
	}
	s.listsNow("a.txt")
	s.until("/readyz", http.StatusOK)
}

// A store that goes away is no reason to die, and none to be ready.
func TestStoreThatGoesAway(t *testing.T) {
	store := storetest.Start(t)
	cfg := onStore(t.TempDir(), store)
	line := newLine(t, strings.TrimPrefix(store.Endpoint, "http://"))
	cfg.S3.Endpoint, cfg.S3.PublicEndpoint = "http://"+line.address(), store.Endpoint
	s := runServer(t, cfg)
	if s.Store != store.Endpoint {
		t.Errorf("clients are sent to %s", s.Store)
	}
	s.until("/readyz", http.StatusOK)
	line.cut()
	s.until("/readyz", http.StatusServiceUnavailable)
	if status, body := s.get("/healthz"); status != http.StatusOK {
		t.Errorf("alive: %d %s", status, body)
	}
	if status, body := s.get("/api/versions?key=a"); status != http.StatusServiceUnavailable {
		t.Errorf("what needs the store: %d %s", status, body)
	}
	s.put("signed.txt", "while the server does not reach the store")
}

// line is a connection to a store that can be cut.
type line struct {
	listener net.Listener

	mu   sync.Mutex
	open []net.Conn // of the clients
	over bool       // it was cut
}

// use remembers a client's connection, unless the line was cut.
func (n *line) use(client net.Conn) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.open = append(n.open, client)
	return !n.over
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	n := &line{listener: l}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				client.Close()
				continue
			}
			if !n.use(client) {
				client.Close()
				server.Close()
				return
			}
			for from, to := range map[net.Conn]net.Conn{client: server, server: client} {
				go func() {
					_, _ = io.Copy(to, from)
					to.Close()
				}()
			}
		}
	}()
	return n
}

func (n *line) address() string { return n.listener.Addr().String() }

func (n *line) cut() {
	n.listener.Close()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.over = true
	for _, client := range n.open {
		client.Close()
	}
}

// Told to stop, the server is not ready at once, serves on while balancers may
// still send it requests, and finishes the one under way.
func TestDrain(t *testing.T) {
	cfg := configOf(filepath.Join(t.TempDir(), "data"))
	cfg.DrainDelay = time.Minute
	over := make(chan struct{})
	pass := sync.OnceFunc(func() { close(over) })
	cfg.sleep = func(delay time.Duration) {
		if delay != cfg.DrainDelay {
			t.Errorf("it serves on for %v", delay)
		}
		<-over
	}
	s := runServer(t, cfg)
	t.Cleanup(pass)
	s.until("/readyz", http.StatusOK)
	s.stop()
	s.until("/readyz", http.StatusServiceUnavailable)
	if _, body := s.get("/readyz"); !strings.Contains(body, "stopping") {
		t.Errorf("it is not ready because %s", body)
	}
	if status, _ := s.get("/healthz"); status != http.StatusOK {
		t.Errorf("alive: %d", status)
	}
	s.listsNow()
	pass()
	s.end()
}
