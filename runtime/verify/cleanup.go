package verify

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// prefix is what the keys of all runs begin with; the run's name follows, which
// begins with its time.
const (
	prefix      = ".bytepass-verify/"
	stampLayout = "20060102T150405Z"
)

// cleanupTimeout bounds what is removed at the end of a run.
const cleanupTimeout = 15 * time.Second

// cleaning bounds the end of a run, which also waits until the list knows.
func (c Config) cleaning() time.Duration {
	return cleanupTimeout + c.or(c.ListedWithin, DefaultListedWithin)
}

// cleanup removes what this run has made, and what of it the catalog knows
// besides. leftovers is how the removal of those of other runs ended.
func (p *probe) cleanup(ctx context.Context, leftovers error) Result {
	r := Result{Name: cleanupCheck, About: "everything that was made for this is deleted again"}
	start := p.cfg.Now()
	err := p.removeMade(ctx)
	_, listed := p.within(ctx, "an empty list of this run's files and uploads", func() (bool, error) {
		n, err := p.remove(ctx, func(key string) bool { return strings.HasPrefix(key, p.folder) })
		return n == 0, err
	})
	r.end(cmp.Or(err, listed, leftovers))
	r.Took = p.cfg.Now().Sub(start)
	return r
}

// removeMade removes what the run remembers, which the catalog may not know. All
// of it is tried, whatever fails.
func (p *probe) removeMade(ctx context.Context) error {
	p.mu.Lock()
	files, uploads := p.made, p.uploads
	p.mu.Unlock()
	var failed error
	for _, u := range uploads {
		failed = cmp.Or(failed, p.abort(ctx, u))
	}
	done := map[made]bool{}
	for _, f := range files {
		if !done[f] {
			done[f] = true
			failed = cmp.Or(failed, p.discard(ctx, f))
		}
	}
	return failed
}

// remover returns who can remove it.
func (p *probe) remover(m made) identity {
	if m.theirs {
		return p.other
	}
	return p.own
}

func (p *probe) discard(ctx context.Context, f made) error {
	c := call{who: p.remover(f), method: http.MethodDelete, path: "/api/files", body: map[string]string{"key": f.key}}
	a, err := p.ask(ctx, c)
	if err != nil || a.status == http.StatusNotFound {
		return err // there is none
	}
	return decode(c, a, nil)
}

func (p *probe) abort(ctx context.Context, u made) error {
	return p.call(ctx, call{who: p.remover(u), method: http.MethodDelete, path: "/api/uploads/" + url.PathEscape(u.id), route: "/api/uploads/{uploadId}", query: url.Values{"key": {u.key}}}, nil)
}

// removeLeftovers removes what runs have left that were killed long ago, and
// returns how much there was.
func (p *probe) removeLeftovers(ctx context.Context) (int, error) {
	before := p.cfg.Now().Add(-p.cfg.or(p.cfg.LeftoversAfter, DefaultLeftoversAfter))
	return p.remove(ctx, func(key string) bool {
		began, ok := beganAt(key)
		return ok && began.Before(before)
	})
}

// beganAt returns when the run began that made a key; ok is false for a key that
// no run makes.
func beganAt(key string) (began time.Time, ok bool) {
	name, ours := strings.CutPrefix(key, prefix)
	stamp, _, named := strings.Cut(name, "-")
	began, err := time.Parse(stampLayout, stamp)
	return began, ours && named && err == nil
}

// remove deletes the files and aborts the uploads below prefix that are meant,
// and returns how many there were.
func (p *probe) remove(ctx context.Context, meant func(key string) bool) (removed int, err error) {
	type entry struct {
		Key string `json:"key"`
		ID  string `json:"uploadId"`
	}
	for listing, end := range map[string]func(context.Context, made) error{"files": p.discard, "uploads": p.abort} {
		query := url.Values{"prefix": {prefix}, "limit": {"1000"}}
		for query != nil {
			c := call{who: p.own, method: http.MethodGet, path: "/api/" + listing, query: query}
			a, err := p.ask(ctx, c)
			if err != nil {
				return removed, err
			}
			var page []entry
			if err := decode(c, a, &page); err != nil {
				return removed, err
			}
			for _, e := range page {
				if !meant(e.Key) {
					continue
				}
				if err := end(ctx, made{key: e.Key, id: e.ID}); err != nil {
					return removed, fmt.Errorf("%q: %w", e.Key, err)
				}
				removed++
			}
			query = next(a.header)
		}
	}
	return removed, nil
}

// next returns the query of the page after this one (RFC 8288); nil on the last.
func next(h http.Header) url.Values {
	target, rest, _ := strings.Cut(h.Get("Link"), ">")
	if !strings.Contains(rest, `rel="next"`) {
		return nil
	}
	u, err := url.Parse(strings.TrimPrefix(target, "<"))
	if err != nil {
		return nil
	}
	return u.Query()
}
