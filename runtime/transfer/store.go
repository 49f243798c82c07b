package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
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
// store, or what stands in front of it, answers with the whole file or another
// range instead.
func (e *Engine) fetch(ctx context.Context, url, etag string, first, last int64, w io.Writer) (int64, error) {
	length := last - first + 1
	return e.read(ctx, url, etag, fmt.Sprintf("bytes=%d-%d", first, last), func(res *http.Response, body io.Reader) (int64, error) {
		said := res.Header.Get("Content-Range")
		switch {
		case res.StatusCode == http.StatusPartialContent:
			if said != "" && !strings.HasPrefix(said, fmt.Sprintf("bytes %d-%d/", first, last)) {
				return 0, errNoRanges
			}
		case first != 0 || res.ContentLength != length:
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
