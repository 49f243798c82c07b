package transfer

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
)

// What a store may say of a request.
var (
	errForbidden = errors.New("the store refuses the signed URL")
	errGone      = errors.New("the store does not know the upload or file any more")
	errDigest    = errors.New("the store received other bytes than were announced")
	errTaken     = errors.New("there is a file of this key already")
	errStalled   = errors.New("the connection made no progress")
	errNoRanges  = errors.New("the store gives whole files only")
)

// answer is what the store says to a PUT.
type answer struct {
	etag, versionID string
	sha256          string // base64; empty if the store compared none
}

// send PUTs length bytes of body to a signed URL.
func (e *Engine) send(ctx context.Context, url string, headers map[string]string, body io.Reader, length int64) (answer, error) {
	sent := &sending{closed: make(chan struct{})}
	defer sent.wait() // the transport may read on after an answer
	watch, ctx := e.watch(ctx)
	defer watch.stop()
	if length == 0 {
		body = http.NoBody
	} else {
		sent.Reader, body = watch.reader(body), sent
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, url, body)
	if err != nil {
		sent.Close()
		return answer{}, errors.New("the service answered a URL that is none")
	}
	req.ContentLength = length
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	res, err := e.Store.Do(req)
	if err != nil {
		return answer{}, watch.explain(err)
	}
	e.answered.Store(true)
	defer res.Body.Close()
	if err := refusal(res); err != nil {
		return answer{}, err
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return answer{}, watch.explain(err)
	}
	return answer{bare(res.Header.Get("ETag")), res.Header.Get("X-Amz-Version-Id"), res.Header.Get("X-Amz-Checksum-Sha256")}, nil
}

// fetch GETs the bytes from first to last, both included, into w. It returns
// how many it wrote, also beside an error. The error is errNoRanges where the
// store, or what stands in front of it, answers with the whole file instead.
func (e *Engine) fetch(ctx context.Context, url, etag string, first, last int64, w io.Writer) (int64, error) {
	length := last - first + 1
	return e.read(ctx, url, etag, fmt.Sprintf("bytes=%d-%d", first, last), func(res *http.Response, body io.Reader) (int64, error) {
		if res.StatusCode != http.StatusPartialContent && (first != 0 || res.ContentLength != length) {
			return 0, errNoRanges
		}
		return copyN(w, body, length)
	})
}

// fetchWhole GETs a file of size bytes, and writes to w what comes behind its
// first ones. It returns how many it wrote.
func (e *Engine) fetchWhole(ctx context.Context, url, etag string, first, size int64, w io.Writer) (int64, error) {
	return e.read(ctx, url, etag, "", func(_ *http.Response, body io.Reader) (int64, error) {
		if _, err := io.CopyN(io.Discard, body, first); err != nil {
			return 0, err
		}
		return copyN(w, body, size-first)
	})
}

// copySize is how much is read and written at once, in bytes: less costs a tenth
// more of the processor, more gains nothing.
const copySize = 256 << 10

// copyN is io.CopyN in large pieces.
func copyN(w io.Writer, r io.Reader, n int64) (int64, error) {
	written, err := io.CopyBuffer(w, io.LimitReader(r, n), make([]byte, min(copySize, n)))
	if err == nil && written < n {
		err = io.ErrUnexpectedEOF
	}
	return written, err
}

// read GETs a signed URL, all of it where span is empty, and has take read the answer.
func (e *Engine) read(ctx context.Context, url, etag, span string, take func(*http.Response, io.Reader) (int64, error)) (int64, error) {
	watch, ctx := e.watch(ctx)
	defer watch.stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, errors.New("the service answered a URL that is none")
	}
	if span != "" {
		req.Header.Set("Range", span)
	}
	if etag != "" {
		req.Header.Set("If-Match", `"`+etag+`"`)
	}
	res, err := e.Store.Do(req)
	if err != nil {
		return 0, watch.explain(err)
	}
	e.answered.Store(true)
	defer res.Body.Close()
	if err := refusal(res); err != nil {
		return 0, err
	}
	n, err := take(res, watch.reader(res.Body))
	if err == nil || errors.Is(err, errNoRanges) {
		return n, err
	}
	return n, watch.explain(err)
}

// sending is a body that says when the transport is done with it.
type sending struct {
	io.Reader // nil until there is one to send
	closed    chan struct{}
	once      sync.Once
}

// Close is called by the transport, at least once.
func (s *sending) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

func (s *sending) wait() {
	if s.Reader != nil {
		<-s.closed
	}
}

// localError is an error of this machine's file, which no other try mends.
type localError struct{ error }

// refusal returns what an answer other than success means: one of the errors
// above, a temporary one, or the store's own code and text.
func refusal(res *http.Response) error {
	if res.StatusCode/100 == 2 {
		return nil
	}
	var said struct{ Code, Message string }
	body, _ := io.ReadAll(io.LimitReader(res.Body, 16<<10)) // the status says enough without
	_ = xml.Unmarshal(body, &said)                          // a gateway in between answers something else
	err := fmt.Errorf("the store answers %q %s %s", res.Status, said.Code, said.Message)
	switch {
	case isFull(res.StatusCode, said.Code):
		return &client.Problem{Status: res.StatusCode, Code: client.CodeStoreFull, Detail: fmt.Sprintf("the store has no room left (it answers %q %s)", res.Status, said.Code)}
	case res.StatusCode == http.StatusForbidden, said.Code == "ExpiredToken":
		return fmt.Errorf("%w: %w", errForbidden, err)
	case said.Code == "BadDigest", said.Code == "XAmzContentSHA256Mismatch", said.Code == "IncompleteBody":
		return fmt.Errorf("%w: %w", errDigest, err)
	case res.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%w: %w", errGone, err)
	case res.StatusCode == http.StatusPreconditionFailed:
		return fmt.Errorf("%w: %w", errTaken, err)
	case res.StatusCode >= 500, res.StatusCode == http.StatusTooManyRequests, res.StatusCode == http.StatusRequestTimeout,
		said.Code == "RequestTimeout", res.StatusCode == http.StatusConflict && said.Code == "OperationAborted":
		return client.Temporary(err, 0)
	}
	return err
}

// isFull reports whether a store says that it has no room, of whatever kind. No
// other try makes any.
func isFull(status int, code string) bool {
	switch code {
	case "QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "XMinioStorageFull":
		return true
	}
	return status == http.StatusInsufficientStorage
}

func bare(etag string) string {
	if len(etag) > 1 && etag[0] == '"' && etag[len(etag)-1] == '"' {
		return etag[1 : len(etag)-1]
	}
	return etag
}

// watch cuts off a request that makes no progress.
type watch struct {
	parent context.Context
	cancel context.CancelCauseFunc
	ctx    context.Context
	timer  *time.Timer
	stall  time.Duration
}

func (e *Engine) watch(parent context.Context) (*watch, context.Context) {
	ctx, cancel := context.WithCancelCause(parent)
	w := &watch{parent: parent, cancel: cancel, ctx: ctx, stall: e.Stall}
	w.timer = time.AfterFunc(e.Stall, func() { cancel(errStalled) })
	return w, ctx
}

func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// reader returns r; every byte read of it is progress.
func (w *watch) reader(r io.Reader) io.Reader {
	return readFunc(func(p []byte) (int, error) {
		n, err := r.Read(p)
		if n > 0 {
			w.timer.Reset(w.stall)
		}
		return n, err
	})
}

// explain returns why a request got no whole answer: the caller's reason to
// stop, an error of the local file, one that wraps client.ErrUnreachable where
// there was no connection, or a temporary one.
func (w *watch) explain(err error) error {
	var local *localError
	var dialing *net.OpError
	switch {
	case w.parent.Err() != nil:
		return w.parent.Err()
	case errors.As(err, &local):
		return local.error
	case errors.Is(context.Cause(w.ctx), errStalled):
		return client.Temporary(fmt.Errorf("%w for %v", errStalled, w.stall), 0)
	case errors.As(err, &dialing) && dialing.Op == "dial":
		return fmt.Errorf("the store %w: %w", client.ErrUnreachable, client.Bare(err))
	}
	return client.Temporary(fmt.Errorf("the connection to the store broke: %w", client.Bare(err)), 0)
}

type readFunc func([]byte) (int, error)

// Read calls the function.
func (f readFunc) Read(p []byte) (int, error) { return f(p) }
