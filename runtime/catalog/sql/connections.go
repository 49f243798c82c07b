package sql

import "time"

// Connections are a catalog's connections to its database at a moment.
type Connections struct {
	Most, Open, Busy int           // the bound, those there are, those in use
	Waits            int64         // how often one had to be waited for, since the start
	Waited           time.Duration // how long in all
}

// Connections returns what the connections are doing now.
func (c *Catalog) Connections() Connections {
	if c.pool != nil {
		s := c.pool.Stat()
		return Connections{
			Most: int(s.MaxConns()), Open: int(s.TotalConns()), Busy: int(s.AcquiredConns()),
			Waits: s.EmptyAcquireCount(), Waited: s.EmptyAcquireWaitTime(),
		}
	}
	r, w := c.read.Stats(), c.write.Stats()
	return Connections{
		Most: r.MaxOpenConnections + w.MaxOpenConnections, Open: r.OpenConnections + w.OpenConnections, Busy: r.InUse + w.InUse,
		Waits: r.WaitCount + w.WaitCount, Waited: r.WaitDuration + w.WaitDuration,
	}
}
