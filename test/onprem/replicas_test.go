package onprem

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/bytepass/bytepass/test/e2e"
	"github.com/bytepass/bytepass/test/serve"
	"github.com/bytepass/bytepass/test/stores"
)

// TestReplicas runs the list on two servers behind a balancer, while one of
// them is killed at a random moment and started again, over and over.
func TestReplicas(t *testing.T) {
	site := Start(t, stores.Kinds()[0], 2)
	ctx, stop := context.WithCancel(t.Context())
	var killing sync.WaitGroup
	kills := 0
	killing.Go(func() { kills = killInTurn(ctx, t, site.Servers) })
	e2e.Run(t, site)
	stop()
	killing.Wait()
	t.Logf("measured: %d kills of one of two servers during the list on %s", kills, site.store.Kind)
	if kills == 0 { // many, but where the machine is busy each takes its time
		t.Error("no server was killed")
	}
}

// killInTurn kills one server after the other, each when the one before it is
// ready again, until ctx ends, and returns how often.
func killInTurn(ctx context.Context, t *testing.T, servers []*serve.Server) (kills int) {
	for {
		select {
		case <-ctx.Done():
			return kills
		case <-time.After(300*time.Millisecond + rand.N(1200*time.Millisecond)):
		}
		server := servers[rand.N(len(servers))]
		if err := server.Kill(); err != nil {
			t.Error(err)
			return kills
		}
		kills++
		time.Sleep(rand.N(300 * time.Millisecond))
		if err := server.Restart(); err != nil {
			t.Error(err)
			return kills
		}
	}
}
