package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/server/folder"
)

// served is a server that runs in this process. There can be one at a time.
type served struct {
	*testing.T
	Running
	stop  context.CancelFunc
	ended chan error
}

// longest is how long a test waits for what has to come. It is no target: the
// machine may be busy, and Ceph takes half a minute to tell of a new topic.
const longest = 2 * time.Minute

func configOf(data string) Config {
	c := valid()
	c.Data, c.Listen = data, "127.0.0.1:0"
	c.Template, c.Log, c.Now = provision.Default(), quiet(), time.Now
	return c
}

func runServer(t *testing.T, cfg Config) *served {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	s := &served{T: t, stop: stop, ended: make(chan error, 1)}
	started := make(chan Running, 1)
	cfg.Started = func(r Running) { started <- r }
	go func() { s.ended <- Run(ctx, cfg) }()
	select {
	case s.Running = <-started:
	case err := <-s.ended:
		t.Fatal(err)
	}
	t.Cleanup(s.end)
	return s
}

// end stops the server and waits for it; ending twice does no harm.
func (s *served) end() {
	s.Helper()
	s.stop()
	if err, first := <-s.ended; first {
		close(s.ended)
		if err != nil {
			s.Errorf("the server ended with %v", err)
		}
	}
}

// call sends JSON and decodes the answer, which has to be 200.
func (s *served) call(method, path string, in, out any) {
	s.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		s.Fatal(err)
	}
	r, err := http.NewRequestWithContext(s.Context(), method, s.URL+path, strings.NewReader(string(body)))
	if err != nil {
		s.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		s.Fatalf("%s %s: %s %s, %v", method, path, res.Status, answer, err)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			s.Fatal(err)
		}
	}
}

// sign returns a request that uploads body to key.
func (s *served) sign(key string, size int, body io.Reader) *http.Request {
	s.Helper()
	var signed struct {
		URL     string
		Headers map[string]string
	}
	s.call("POST", "/api/presign", map[string]any{"key": key, "mimeType": "text/plain", "size": size}, &signed)
	r, err := http.NewRequest(http.MethodPut, signed.URL, body)
	if err != nil {
		s.Fatal(err)
	}
	for name, value := range signed.Headers {
		r.Header.Set(name, value)
	}
	r.ContentLength = int64(size)
	return r
}

func (s *served) put(key, body string) {
	s.Helper()
	res, err := http.DefaultClient.Do(s.sign(key, len(body), strings.NewReader(body)))
	if err != nil {
		s.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		s.Fatalf("PUT of %s: %s", key, res.Status)
	}
}

// listsNow checks that exactly these keys are listed.
func (s *served) listsNow(keys ...string) {
	s.Helper()
	if got := s.listed(); !slices.Equal(got, keys) {
		s.Errorf("listed are %q, want %q", got, keys)
	}
}

func (s *served) listed() (keys []string) {
	s.Helper()
	var page []struct{ Key string }
	s.call("GET", "/api/files", nil, &page)
	for _, f := range page {
		keys = append(keys, f.Key)
	}
	return keys
}

// lists waits until exactly these keys are listed.
func (s *served) lists(keys ...string) {
	s.Helper()
	var got []string
	for end := time.Now().Add(longest); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if got = s.listed(); slices.Equal(got, keys) {
			return
		}
	}
	s.Fatalf("listed are %q, want %q", got, keys)
}

// TestRestart checks what the data folder remembers.
func TestRestart(t *testing.T) {
	cfg := configOf(filepath.Join(t.TempDir(), "data"))
	s := runServer(t, cfg)
	first := s.Running
	s.put("a.txt", "one")
	s.lists("a.txt")
	s.end()

	s = runServer(t, cfg)
	if s.Store != first.Store {
		t.Errorf("the store was at %s and is at %s", first.Store, s.Store)
	}
	s.lists("a.txt")
	s.end()

	// Without its catalog, the next start makes it again.
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(cfg.Data, "catalog.db"+suffix)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", strings.TrimPrefix(first.Store, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	moved := cfg
	var log strings.Builder // read when the server has ended
	moved.Log = slog.New(slog.NewTextHandler(&log, nil))
	s = runServer(t, moved)
	if s.Store == first.Store {
		t.Error("the store listens where somebody else does")
	}
	s.lists("a.txt")
	s.put("b.txt", "two")
	s.lists("a.txt", "b.txt")
	s.end()
	if warned := strings.Count(log.String(), "level=WARN"); warned != 1 || !strings.Contains(log.String(), "every URL that was given out before is dead") {
		t.Errorf("%d warnings, want one about the store's move: %s", warned, log.String())
	}

	cfg.S3Listen = strings.TrimPrefix(first.Store, "http://")
	if err := Run(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), cfg.S3Listen) {
		t.Errorf("a store's address that was asked for and is taken: %v", err)
	}
}

// TestSidecar runs on a folder whose file system has no extended attributes.
func TestSidecar(t *testing.T) {
	cfg := configOf(filepath.Join(t.TempDir(), "data"))
	f, err := folder.Open(cfg.Data, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Remember(folder.State{Metadata: "sidecar"}); err != nil {
		t.Fatal(err)
	}
	s := runServer(t, cfg)
	s.put("a.txt", "one")
	s.lists("a.txt")
	s.call("DELETE", "/api/files", map[string]any{"key": "a.txt"}, nil)
	s.lists()
	s.call("POST", "/api/restore", map[string]any{"key": "a.txt"}, nil)
	s.lists("a.txt")
	if _, err := os.Stat(filepath.Join(cfg.Data, "store", "sidecar")); err != nil {
		t.Error(err)
	}
}

// TestStopFinishesWhatHasBegun stops the server in the middle of an upload.
func TestStopFinishesWhatHasBegun(t *testing.T) {
	cfg := configOf(filepath.Join(t.TempDir(), "data"))
	s := runServer(t, cfg)
	body, send := io.Pipe()
	answer := make(chan string, 1)
	// More than all buffers between here and the store hold: when it is sent,
	// the store is at work on it.
	first := make([]byte, 32<<20)
	r := s.sign("slow.txt", len(first)+5, body)
	go func() {
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			answer <- err.Error()
			return
		}
		res.Body.Close()
		answer <- res.Status
	}()
	if _, err := send.Write(first); err != nil {
		t.Fatal(err)
	}
	s.stop()
	address := strings.TrimPrefix(s.URL, "http://")
	for end := time.Now().Add(longest); ; time.Sleep(time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			break // the stop is under way
		}
		conn.Close()
		if time.Now().After(end) {
			t.Fatal("it does not begin to stop")
		}
	}
	if _, err := io.WriteString(send, "67890"); err != nil {
		t.Fatal(err)
	}
	send.Close()
	if got := <-answer; got != "200 OK" {
		t.Errorf("the upload was answered with %s", got)
	}
	s.end()
	s = runServer(t, cfg)
	s.lists("slow.txt")
}

func TestTheTemplateDecides(t *testing.T) {
	cfg := configOf(filepath.Join(t.TempDir(), "data"))
	cfg.Origins, cfg.PublicURL = []string{"https://app.example"}, "https://files.example"
	cfg.Template = []byte(`{"Resources":{"B":{"Type":"AWS::S3::Bucket","Properties":{
		"VersioningConfiguration":{"Status":"Enabled"},
		"CorsConfiguration":{"CorsRules":[{"AllowedMethods":["PUT"],"AllowedHeaders":["content-type"],"AllowedOrigins":["https://template.example"]}]}}}}}`)
	address, err := freeAddress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cfg.Listen = address
	s := runServer(t, cfg)
	if s.URL != cfg.PublicURL {
		t.Errorf("it says that it is at %s", s.URL)
	}
	s.URL = "http://" + address
	for _, where := range []string{s.Store + "/" + Bucket + "/u/dev/a", s.URL + "/api/presign"} {
		for origin, want := range map[string]bool{
			"https://template.example": true, "https://app.example": true, s.URL: true, cfg.PublicURL: true,
			strings.Replace(s.URL, "127.0.0.1", "localhost", 1): true, "https://evil.example": false,
		} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, where, nil)
			if err != nil {
				t.Fatal(err)
			}
			method := http.MethodPut
			if strings.HasPrefix(where, s.URL) {
				method = http.MethodPost
			}
			r.Header.Set("Origin", origin)
			r.Header.Set("Access-Control-Request-Method", method)
			r.Header.Set("Access-Control-Request-Headers", "content-type")
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if got := res.Header.Get("Access-Control-Allow-Origin") == origin; got != want {
				t.Errorf("%s lets %s in: %v, want %v", where, origin, got, want)
			}
		}
	}
	s.end()

	cfg.Template = []byte(`{}`)
	var setting *SettingError
	if err := Run(t.Context(), cfg); !errors.As(err, &setting) || setting.Setting != "--assembly" {
		t.Errorf("a template without a bucket: %v", err)
	}
}
