package embedded

import (
	"slices"
	"sync"
)

// keyLocks lets the changes of one key happen one after the other. The zero
// value is ready.
type keyLocks struct {
	mu   sync.Mutex
	held map[string]*keyLock
}

type keyLock struct {
	sync.Mutex
	users int // who holds it or waits for it; the last one removes it
}

// lock waits until it is alone with all of keys and returns what ends that.
func (l *keyLocks) lock(keys ...string) (unlock func()) {
	keys = slices.Compact(slices.Sorted(slices.Values(keys))) // one order for all, so that nobody waits in a circle
	for _, key := range keys {
		l.mu.Lock()
		if l.held == nil {
			l.held = map[string]*keyLock{}
		}
		k := l.held[key]
		if k == nil {
			k = &keyLock{}
			l.held[key] = k
		}
		k.users++
		l.mu.Unlock()
		k.Lock()
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, key := range keys {
			k := l.held[key]
			k.Unlock()
			if k.users--; k.users == 0 {
				delete(l.held, key)
			}
		}
	}
}
