package auth

import (
	"crypto/sha256"
	"sync"
	"time"
)

// memory remembers verified tokens by their hash, so that nothing in memory
// can be used as one. It holds at most twice its capacity: when the young half
// is full the old one is forgotten, and what is still used moves over.
type memory struct {
	capacity   int
	mu         sync.RWMutex
	young, old map[[sha256.Size]byte]remembered
}

type remembered struct {
	principal Principal
	until     time.Time
}

func newMemory(capacity int) *memory {
	return &memory{capacity: capacity, young: map[[sha256.Size]byte]remembered{}}
}

// tokenID hashes a token. Those of usual length are copied to the stack for it:
// on the heap they would be the largest thing that a request leaves there.
func tokenID(token string) [sha256.Size]byte {
	return sha256.Sum256(append(make([]byte, 0, 2048), token...))
}

func (m *memory) get(id [sha256.Size]byte, now time.Time) (Principal, bool) {
	m.mu.RLock()
	entry, young := m.young[id]
	if !young {
		entry = m.old[id]
	}
	m.mu.RUnlock()
	if !now.Before(entry.until) { // also what is not there
		return Principal{}, false
	}
	if !young {
		m.put(id, entry.principal, entry.until)
	}
	return entry.principal, true
}

func (m *memory) put(id [sha256.Size]byte, p Principal, until time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.young) >= m.capacity {
		m.old, m.young = m.young, make(map[[sha256.Size]byte]remembered, m.capacity)
	}
	m.young[id] = remembered{p, until}
}
