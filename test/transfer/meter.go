package transfer

import (
	"io"
	"sync"
)

// meter counts bytes that pass, and can hold them up: what a test does in the
// middle of a transfer it does there, however slow the machine is. The zero
// value counts.
type meter struct {
	mu   sync.Mutex
	n    int64
	mark *mark // nil: nothing is held up
}

// mark is where bytes are held up.
type mark struct {
	at      int64
	reached chan struct{} // closed when they are
	free    chan struct{} // closed when they may go on
	waiting int           // how many transfers do
}

// Load returns how many bytes have passed.
func (m *meter) Load() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.n
}

// hold holds everything up when so many bytes more have passed, or a buffer's
// length more, until release. The channel is closed then.
func (m *meter) hold(bytes int64) (reached <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mark = &mark{at: m.n + bytes, reached: make(chan struct{}), free: make(chan struct{})}
	return m.mark.reached
}

// release lets everything go on, if it is held up.
func (m *meter) release() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mark != nil {
		close(m.mark.free)
		m.mark = nil
	}
}

// heldUp returns how many transfers wait for release.
func (m *meter) heldUp() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mark == nil {
		return 0
	}
	return m.mark.waiting
}

// pass waits while everything is held up.
func (m *meter) pass() {
	m.mu.Lock()
	held := m.mark
	if held == nil || m.n < held.at {
		m.mu.Unlock()
		return
	}
	held.waiting++
	m.mu.Unlock()
	<-held.free
}

func (m *meter) add(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.n
	m.n += int64(n)
	if m.mark != nil && before < m.mark.at && m.n >= m.mark.at {
		close(m.mark.reached)
	}
}

// counted is a body whose bytes pass a meter.
type counted struct {
	io.ReadCloser
	left  int64 // of a body of a known length: the look for its end is not held up
	meter *meter
}

// Read counts.
func (c *counted) Read(p []byte) (int, error) {
	if c.left != 0 {
		c.meter.pass()
	}
	n, err := c.ReadCloser.Read(p)
	c.left -= int64(n)
	c.meter.add(n)
	return n, err
}
