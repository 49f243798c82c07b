package identity

import (
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/bytepass/bytepass/test/audit"
	"github.com/bytepass/bytepass/test/issuer"
	"github.com/bytepass/bytepass/test/project"
	"github.com/bytepass/bytepass/test/serve"
)

var update = flag.Bool("update", false, "write docs/tokens.md")

// TestPage: the page in docs is the table that the tests pin.
func TestPage(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, "docs", "tokens.md")
	if *update {
		if err := os.WriteFile(file, []byte(tokenPage()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil || string(kept) != tokenPage() {
		t.Errorf("docs/tokens.md is not the table (%v); go test ./test/identity -run Page -update writes it", err)
	}
}

// keysRest is how long the server leaves the issuer alone after it has asked
// for the keys, and a little.
const keysRest = 10*time.Second + 500*time.Millisecond

// TestTokens runs the table against the server with a real issuer.
func TestTokens(t *testing.T) {
	is, err := issuer.StartRotating(t.Context(), Owners...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { is.Close() })
	m, err := NewMint(is)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	s := serve.Run(t, "--issuer", is.URL, "--audience", issuer.Audience, "--require-scopes")
	t.Cleanup(func() {
		if err := s.Stop(); err != nil { // so that the log is whole
			t.Error(err)
		}
		if err := audit.Check(s.LogFile(), s.Data); err != nil {
			t.Error(err)
		}
	})
	door := Door{URL: s.URL, Client: serve.Client()}
	t.Run("of the certified issuer", func(t *testing.T) {
		for _, owner := range Owners {
			token, err := is.Token(t.Context(), owner)
			if err != nil {
				t.Fatal(err)
			}
			if err := accepted.is(door.send(t.Context(), listing, token)); err != nil {
				t.Errorf("%s: %v", owner, err)
			}
		}
	})
	t.Run("rotation without a stampede", func(t *testing.T) { rotation(t, door, m) })
	RunServer(t, door, m)
}

// rotation: when the issuer has a new key, 200 requests at once, half of them
// with tokens of invented keys, cost it one question in ten seconds, and every
// good one passes.
func rotation(t *testing.T, door Door, m *Mint) {
	before := m.Fetches()
	if before != 1 {
		t.Errorf("the keys were asked for %d times before the rotation, want 1", before)
	}
	m.Rotate()
	time.Sleep(keysRest)
	var requests sync.WaitGroup
	start := time.Now()
	for i := range 200 {
		key, want := nextKey, accepted
		if i%2 == 1 {
			key, want = strangeKey, unauthenticated
		}
		token, err := m.sign(key, claims{"jti": i}, nil)
		if err != nil {
			t.Fatal(err)
		}
		requests.Go(func() {
			if err := want.is(door.send(t.Context(), listing, token)); err != nil {
				t.Errorf("a token by the key %s: %v", key, err)
			}
		})
	}
	requests.Wait()
	took := time.Since(start)
	n := m.Fetches() - before
	if most := 1 + int(took/(10*time.Second)); n < 1 || n > most {
		t.Errorf("200 requests in %v made the server ask for the keys %d times, want 1, at most %d", took, n, most)
	}
	t.Logf("measured: 200 requests at once after a key rotation: %v, questions to the issuer: %d", took.Round(time.Millisecond), n)
}
