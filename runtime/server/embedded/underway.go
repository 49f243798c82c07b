package embedded

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/gofiber/fiber/v3"
)

// underWay counts what the gateway is doing: requests, and the bodies that it
// sends behind them. The gateway itself waits, when it stops, for connections
// that nobody has used yet as if they were at work; browsers keep some open.
type underWay struct {
	count atomic.Int64
	over  atomic.Bool // nothing begins any more
}

// begin counts something until end is called; more calls of it do nothing.
func (u *underWay) begin() (end func()) {
	u.count.Add(1)
	return sync.OnceFunc(func() { u.count.Add(-1) })
}

// middleware counts a request while it is handled.
func (u *underWay) middleware(ctx fiber.Ctx) error {
	defer u.begin()()
	if u.over.Load() {
		return ctx.SendStatus(fiber.StatusServiceUnavailable)
	}
	return ctx.Next()
}

// Looking for the end of what is under way.
const (
	endInterval = 50 * time.Millisecond
	// endLooks is how many looks in a row have to find nothing: a request that
	// has arrived may not have begun, and the end of a body not have left.
	endLooks = 3
)

// ended waits until nothing is under way, or done is closed. It calls between
// again and again.
func (u *underWay) ended(done <-chan struct{}, between func()) {
	for looks := 0; looks < endLooks; {
		between()
		select {
		case <-done:
			return
		case <-time.After(endInterval):
		}
		if looks++; u.count.Load() > 0 {
			looks = 0
		}
	}
	u.over.Store(true)
}

// GetObject counts the body until it was sent.
func (b *backend) GetObject(ctx context.Context, in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	out, err := b.Posix.GetObject(ctx, in)
	if err == nil && out.Body != nil {
		out.Body = &sending{out.Body, b.underWay.begin()}
	}
	return out, err
}

// sending is a body under way.
type sending struct {
	io.ReadCloser
	end func()
}

// Close closes the body; it is not under way any more.
func (s *sending) Close() error {
	defer s.end()
	return s.ReadCloser.Close()
}
