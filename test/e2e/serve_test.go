package e2e

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/server"
	"github.com/bytepass/bytepass/runtime/server/embedded"
	"github.com/bytepass/bytepass/runtime/server/folder"
	"github.com/bytepass/bytepass/test/audit"
	"github.com/bytepass/bytepass/test/issuer"
	"github.com/bytepass/bytepass/test/serve"
)

// served is the real "bytepass serve" on an empty folder: the embedded store,
// SQLite, the development identity.
type served struct {
	server *serve.Server
	client *http.Client
	folder *folder.Folder

	mu     sync.Mutex
	tokens map[string]string
}

// TestServe runs the list against the command as a laptop runs it.
func TestServe(t *testing.T) {
	d := startServe(t)
	Run(t, d)
	if err := audit.Check(d.server.LogFile(), d.server.Data); err != nil {
		t.Error(err)
	}
}

// TestServeLimits runs the command with a small limit.
func TestServeLimits(t *testing.T) {
	c := Case{"upload url beyond the limit", beyondLimit(2000)}
	if err := Try(t.Context(), startServe(t, "--max-size", "2KB"), c); err != nil {
		t.Error(err)
	}
}

// startServe runs the command on an empty folder until the test ends.
func startServe(t *testing.T, flags ...string) *served {
	t.Helper()
	s := serve.Run(t, flags...)
	t.Logf("measured: serve is ready after %v on an empty folder", s.Took.Round(time.Millisecond))
	f, err := folder.Open(s.Data, false)
	if err != nil {
		t.Fatal(err)
	}
	return &served{server: s, client: serve.Client(), folder: f, tokens: map[string]string{}}
}

func (d *served) URL() string          { return d.server.URL }
func (d *served) Client() *http.Client { return d.client }
func (d *served) Guest() string        { return "dev" }

func (d *served) Token(ctx context.Context, owner string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.tokens[owner] == "" {
		token, err := d.server.Token(ctx, owner)
		if err != nil {
			return "", err
		}
		d.tokens[owner] = token
	}
	return d.tokens[owner], nil
}

func (d *served) Store() (*s3.Client, string) {
	endpoint, keys, err := d.server.Store()
	if err != nil {
		panic(err) // the server has just written it down
	}
	return s3.New(s3.Options{
		Region: embedded.Region, BaseEndpoint: &endpoint, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(keys.AccessKey, keys.SecretKey, ""),
	}), server.Bucket
}

func (d *served) Differences() Differences {
	return Differences{
		FileSystem: true, OwnRefusals: true, Console: true,
		Origin: "http://localhost:3000", Foreign: "http://evil.example",
	}
}

func (d *served) BadTokens(context.Context) (map[string]string, error) {
	address := strings.TrimPrefix(d.server.URL, "http://")
	expired, err := d.tokenAt(address, func() time.Time { return time.Now().Add(-2 * time.Hour) })
	if err != nil {
		return nil, err
	}
	elsewhere, err := d.tokenAt("127.0.0.1:1", time.Now)
	if err != nil {
		return nil, err
	}
	claims := map[string]any{"iss": "http://" + address, "aud": "bytepass", "sub": Alice, "exp": time.Now().Add(time.Hour).Unix()}
	forged, err := issuer.Forge(claims)
	return map[string]string{
		"garbage":           "garbage",
		"of three":          "a.b.c",
		"empty JSON":        "e30.e30.",
		"100 KB":            strings.Repeat("A", 100<<10),
		"alg none":          noneToken(claims),
		"half a token":      "eyJhbGciOiJSUzI1NiJ9",
		"expired":           expired,
		"of another issuer": elsewhere,
		"forged":            forged,
	}, err
}

// tokenAt returns a token of Alice by the folder's own issuer, of an hour, as
// it would be made at another address or time.
func (d *served) tokenAt(address string, now func() time.Time) (string, error) {
	is, err := server.DevIssuer(d.folder, address, now)
	if err != nil {
		return "", err
	}
	return is.Token(Alice, nil, time.Hour)
}
