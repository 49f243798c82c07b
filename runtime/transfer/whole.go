package transfer

import "context"

// fetchAll fetches by one request what a store does not give by ranges.
func (g *get) fetchAll(ctx context.Context) error {
	release, err := g.acquire(ctx, g.file.Size)
	if err != nil {
		return err
	}
	defer release()
	left := func() int64 { return int64(len(g.journal.missing())) }
	return g.persistFrom(ctx, left, g.url.drop, func() error {
		missing := g.journal.missing()
		if len(missing) == 0 {
			return nil
		}
		url, err := g.url.get(ctx)
		if err != nil {
			return err
		}
		first, _ := g.journal.span(missing[0])
		w := &chunkWriter{get: g, number: missing[0]}
		n, err := g.fetchWhole(ctx, url, g.file.ETag, first, g.file.Size, w)
		g.received += first + n // what was skipped has travelled, too
		if err != nil && !g.journal.has(w.number) {
			g.progress(-w.done) // the next try begins with this chunk
		}
		return err
	})
}

// chunkWriter writes a file from the beginning of a chunk on, and notes each
// chunk that is there.
type chunkWriter struct {
	*get
	number int
	done   int64 // bytes of the chunk
}

// Write writes p behind what was written before.
func (w *chunkWriter) Write(p []byte) (int, error) {
	written := 0
	for written < len(p) {
		first, last := w.journal.span(w.number)
		piece := p[written:min(len(p), written+int(last-first+1-w.done))]
		progress := w.progress
		if w.journal.has(w.number) {
			progress = func(int64) {}
		}
		n, err := (&writer{w.journal.data, first + w.done, progress}).Write(piece)
		written += n
		w.done += int64(n)
		if err != nil {
			return written, err
		}
		if first+w.done > last {
			if err := w.journal.add(w.number); err != nil {
				return written, &localError{err}
			}
			w.number, w.done = w.number+1, 0
		}
	}
	return written, nil
}
