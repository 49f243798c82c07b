package sql

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// cutter is a proxy that cuts the connection of one write.
type cutter struct {
	listener net.Listener
	upstream string

	mu   sync.Mutex
	plan *cut
}

type cut struct {
	answered bool   // after the database has answered; otherwise before it is asked
	then     func() // before the client notices
}

func newCutter(t *testing.T, upstream string) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &cutter{listener: l, upstream: upstream}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		serving.Wait()
	})
	return p
}

// through returns a database's URL with the proxy's address.
func (p *cutter) through(url string) string {
	return strings.Replace(url, p.upstream, p.listener.Addr().String(), 1)
}

// arm cuts the connection of the next write. The function that it returns says
// whether that has happened.
func (p *cutter) arm(answered bool, then func()) func() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan = &cut{answered: answered, then: then}
	return func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.plan == nil
	}
}

// take returns what to do to a message, at most once.
func (p *cutter) take(message []byte) *cut {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.plan == nil || !bytes.Contains(message, []byte("INSERT INTO bytepass.records")) && !bytes.Contains(message, []byte("UPDATE bytepass.records")) {
		return nil
	}
	plan := p.plan
	p.plan = nil
	return plan
}

func (p *cutter) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.upstream)
	if err != nil {
		return
	}
	defer server.Close()
	var held sync.Mutex // while answers are kept from the client
	go func() {
		buffer := make([]byte, 64<<10)
		for {
			n, err := server.Read(buffer)
			held.Lock()
			if err == nil {
				_, err = client.Write(buffer[:n])
			}
			held.Unlock()
			if err != nil {
				_ = client.Close()
				return
			}
		}
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		plan := p.take(buffer[:n])
		if plan == nil {
			if _, err := server.Write(buffer[:n]); err != nil {
				return
			}
			continue
		}
		held.Lock()
		if plan.answered {
			_, _ = server.Write(buffer[:n])
			// The end of the connection comes behind the write: when the
			// database closes its side, it has done it.
			_ = server.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, server)
		}
		plan.then()
		_ = client.Close()
		held.Unlock()
		return
	}
}
