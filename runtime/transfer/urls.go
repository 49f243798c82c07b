package transfer

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
)

const (
	// maxBatch is how many URLs are asked for at once.
	maxBatch = 1000
	// margin is how long before its end a URL is replaced.
	margin = 30 * time.Second
	// unknownLife is how long URLs are used whose end this machine's clock does not
	// tell.
	unknownLife = margin + time.Minute
)

// urls hands out the URLs of an upload's parts. It has them signed a batch at
// a time: those of the parts that come next. It trusts this machine's clock
// only to replace a URL early: where URLs seem to be old when they come, it is the
// clock that is wrong, and they are used until the store refuses them.
type urls struct {
	*Engine
	key, id string

	mu     sync.Mutex
	wanted []int // ascending
	signed map[int]timed
}

type timed struct {
	client.SignedPart
	expires time.Time
}

func newURLs(e *Engine, key, id string) *urls {
	return &urls{Engine: e, key: key, id: id, signed: map[int]timed{}}
}

// keep takes URLs that are signed already.
func (u *urls) keep(s client.SignedParts) {
	expires := s.ExpiresAt
	if now := u.Now(); !now.Before(expires.Add(-margin)) {
		expires = now.Add(unknownLife)
	}
	for _, part := range s.Parts {
		u.signed[part.Number] = timed{part, expires}
	}
}

// want says which parts will be asked for, in ascending order.
func (u *urls) want(numbers []int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.wanted = numbers
}

// drop forgets the URL of a part, because the store refused it, and with it
// all that are as old.
func (u *urls) drop(number int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	refused := u.signed[number].expires
	for n, t := range u.signed {
		if !t.expires.After(refused) {
			delete(u.signed, n)
		}
	}
}

// get returns the PUT of a part.
func (u *urls) get(ctx context.Context, number int) (client.SignedPart, error) {
	u.mu.Lock() // also while asking, so that the others get theirs from the same answer
	defer u.mu.Unlock()
	if t, ok := u.signed[number]; ok && u.Now().Before(t.expires.Add(-margin)) {
		return t.SignedPart, nil
	}
	from, _ := slices.BinarySearch(u.wanted, number)
	next := u.wanted[from:]
	wanted := make([]client.WantedPart, 0, maxBatch)
	for _, n := range next[:min(len(next), maxBatch)] {
		wanted = append(wanted, client.WantedPart{Number: n})
	}
	signed, err := u.API.SignParts(ctx, u.key, u.id, wanted)
	if err != nil {
		return client.SignedPart{}, client.Final(err)
	}
	clear(u.signed) // those of parts that were sent are of no use
	u.keep(signed)
	t, ok := u.signed[number]
	if !ok {
		return client.SignedPart{}, fmt.Errorf("the service signed other parts than part %d, which was asked for", number)
	}
	return t.SignedPart, nil
}
