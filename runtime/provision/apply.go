package provision

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Apply makes the changes of a plan, one after the other, reads each back, and
// at the end all of them. It returns all gaps: the plan's and those that writing
// showed. On an error what was done stays done, and planning and applying again
// does the rest.
func Apply(ctx context.Context, d Diff) ([]Gap, error) {
	gaps := slices.Clone(d.Gaps)
	if d.Create {
		if err := createBucket(ctx, d.target); err != nil {
			return gaps, err
		}
	}
	var made []Change
	for _, change := range d.Changes {
		gap, err := change.apply(ctx)
		if err != nil {
			return gaps, err
		}
		if gap != nil {
			gaps = append(gaps, *gap)
			continue
		}
		made = append(made, change)
	}
	lost, err := keep(ctx, made)
	return append(gaps, lost...), err
}

// mostLosses is how often a setting is written that the store loses.
const mostLosses = 3

// keep writes again what the store has lost while it took another setting:
// SeaweedFS keeps all of a bucket's together, and now and then writes one into
// what they were before. The gaps are settings that it goes on losing.
func keep(ctx context.Context, made []Change) (lost []Gap, err error) {
	for round := 0; len(made) > 1; round++ {
		lost = nil
		for _, change := range made {
			gap, err := change.lost(ctx)
			if gap != nil && err == nil && round < mostLosses {
				_, err = change.apply(ctx)
			}
			if err != nil {
				return lost, err
			}
			lost = append(lost, listed(gap)...)
		}
		if len(lost) == 0 || round == mostLosses {
			break
		}
	}
	return lost, nil
}

// apply writes want and reads it back, and writes it again when nothing of it
// is there: SeaweedFS, when it is busy, answers at times that it has taken a
// setting and has none.
func (a aspect[T]) apply(ctx context.Context, t Target, want T) (*Gap, error) {
	for writes, wait := 1, 50*time.Millisecond; ; writes, wait = writes+1, 2*wait {
		switch err := known(ctx, func() error { return a.put(ctx, t.Client, &t.Bucket, want) }); {
		case isUnsupported(err):
			return a.gap(t, Unsupported, said(err)), nil
		case isRefused(err):
			return a.gap(t, Refused, said(err)), nil
		case err != nil:
			return nil, fmt.Errorf("provision: writing %s of bucket %s: %w", a.name, t.Bucket, err)
		}
		got, gap, err := a.readBack(ctx, t, want)
		if gap == nil || !isEmpty(got) || writes == mostLosses {
			return gap, err
		}
		select {
		case <-ctx.Done():
			return gap, err
		case <-time.After(wait):
		}
	}
}

// readBack returns what the bucket has of a setting, and the gap if that is not
// what was written.
func (a aspect[T]) readBack(ctx context.Context, t Target, want T) (json.RawMessage, *Gap, error) {
	var got T
	err := known(ctx, func() (err error) {
		got, err = a.get(ctx, t.Client, &t.Bucket)
		return err
	})
	if err != nil && !isAbsent(err) {
		return nil, nil, fmt.Errorf("provision: reading %s of bucket %s back: %w", a.name, t.Bucket, err)
	}
	have := a.canonical(got)
	if string(have) != string(a.canonical(want)) {
		return have, a.gap(t, Ignored, "read back as "+string(have)), nil
	}
	return have, nil, nil
}
