package transfer

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bytepass/bytepass/runtime/client"
)

// Defaults of a Config.
const (
	DefaultParallel       = 16
	DefaultLarge          = 4
	DefaultSingle   int64 = 16 << 20
	DefaultStall          = time.Minute
	// settleTimeout is how long Put waits for the catalog to judge a file.
	settleTimeout = 30 * time.Second
	// large is the most bytes that a request moves without being a large one.
	large = 1 << 20
)

// Config is what an Engine is made of.
type Config struct {
	API *client.Client
	// Store sends the requests of signed URLs; see NewStoreClient.
	Store *http.Client
	// Parallel is how many such requests are under way at once, over all
	// files; 0 is DefaultParallel.
	Parallel int
	// Large is how many of them may move more than a MiB, at most Parallel; 0 is
	// DefaultLarge. Small files take their time by being answered, one by one;
	// of large ones a few fill the line, and each costs memory, or what is lost
	// of it when it breaks.
	Large int
	// Single is the largest file in bytes that goes in one PUT; 0 is
	// DefaultSingle.
	Single int64
	// Stall is how long a request may make no progress before it is cut off
	// and sent again; 0 is DefaultStall.
	Stall time.Duration
	// Retry says how long a part is tried again; Tries 0 is 5.
	Retry client.Retry
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Engine transfers files. It is safe for concurrent use. Its errors hold no
// signed URL.
type Engine struct {
	Config
	slots  chan struct{} // one for each request to the store
	larges chan struct{} // and another one for each large request

	answered atomic.Bool // the store has ever answered
}

// New returns the Engine made of cfg.
func New(cfg Config) *Engine {
	if cfg.Parallel <= 0 {
		cfg.Parallel = DefaultParallel
	}
	if cfg.Large <= 0 {
		cfg.Large = DefaultLarge
	}
	cfg.Large = min(cfg.Large, cfg.Parallel)
	if cfg.Single <= 0 {
		cfg.Single = DefaultSingle
	}
	if cfg.Stall <= 0 {
		cfg.Stall = DefaultStall
	}
	if cfg.Retry.Tries <= 0 {
		cfg.Retry.Tries = leastTries
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Engine{Config: cfg, slots: make(chan struct{}, cfg.Parallel), larges: make(chan struct{}, cfg.Large)}
}

// NewStoreClient returns an HTTP client for signed URLs: it follows no
// redirect, because a signature is good for one host, and leaves bytes as they
// are. proxy may be nil, for the one that the environment names.
func NewStoreClient(proxy *url.URL, parallel int) *http.Client {
	through := http.ProxyFromEnvironment
	if proxy != nil {
		through = http.ProxyURL(proxy)
	}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                 through,
			DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSHandshakeTimeout:   10 * time.Second,
			ExpectContinueTimeout: time.Second,
			IdleConnTimeout:       90 * time.Second,
			MaxIdleConnsPerHost:   max(parallel, DefaultParallel),
			ForceAttemptHTTP2:     true,
			DisableCompression:    true,
			WriteBufferSize:       256 << 10,
			ReadBufferSize:        256 << 10,
		},
	}
}

// acquire waits until a request that moves so many bytes may be sent; release
// says that it was.
func (e *Engine) acquire(ctx context.Context, bytes int64) (release func(), err error) {
	if bytes > large {
		select {
		case e.larges <- struct{}{}:
			defer func() {
				if err != nil {
					<-e.larges
				}
			}()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	select {
	case e.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return func() {
		<-e.slots
		if bytes > large {
			<-e.larges
		}
	}, nil
}

// each calls do for every number, as many at once as requests of so many bytes
// may be under way, and ends with the first error.
func (e *Engine) each(ctx context.Context, numbers []int, bytes int64, do func(context.Context, int) error) error {
	group, working := errgroup.WithContext(ctx)
	for _, n := range numbers {
		release, err := e.acquire(working, bytes)
		if err != nil {
			break // the group knows why, or ctx does
		}
		group.Go(func() error {
			defer release()
			return do(working, n)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// Result is what became of a transfer.
type Result struct {
	Key       string
	Size      int64 // bytes of the file
	Sent      int64 // bytes that travelled, in either direction
	Resumed   int64 // bytes that were there already
	VersionID string
	ETag      string
	SHA256    string // base64; empty if it is not known
	// Verified is by what the bytes on both sides were compared: "sha256",
	// "crc64nvme", "etag", or "size" when nothing better is known.
	Verified string
	// Unlisted says that the file is stored, but that the catalog had not
	// shown it when the engine gave up waiting.
	Unlisted bool
}
