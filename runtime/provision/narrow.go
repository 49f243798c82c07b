package provision

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// part is something that a store may do or not do while it does the rest of a
// setting.
type part[T any] struct {
	name string
	// consequence is what it means to go without this part.
	consequence string
	// without returns v without it.
	without func(v T) T
}

// leave returns want without the parts that the target names as "setting/part".
func (a aspect[T]) leave(t Target, want T) (T, []Gap) {
	if a.parts == nil {
		return want, nil
	}
	var gaps []Gap
	for _, p := range a.present(want) {
		if why, ok := t.Apart[a.name+"/"+p.name]; ok {
			want = p.without(want)
			gaps = append(gaps, Gap{Setting: a.name, Part: p.name, Reason: NotForStore, Detail: leftOut, Consequence: why})
		}
	}
	return want, gaps
}

// narrow finds out on a scratch bucket how much of want the store does, and
// plans that. What it does not do is a gap: of the whole setting, or of those
// parts that it does not do alone either.
func (a aspect[T]) narrow(ctx context.Context, t Target, on *Bench, have, want T) (planned, error) {
	there := t
	there.Bucket = on.bucket
	fresh, gap, err := a.read(ctx, there)
	if gap != nil || err != nil {
		return planned{gaps: listed(gap)}, err
	}
	able, gaps, err := a.able(ctx, t, on, want)
	if err != nil || isEmpty(a.canonical(able)) {
		return planned{gaps: gaps}, err
	}
	on.keep(func(ctx context.Context, bucket string) error {
		return known(ctx, func() error { return a.put(ctx, t.Client, &bucket, a.moved(able, t.Bucket, bucket)) })
	})
	p := planned{gaps: gaps, check: a.checks(t, able)}
	p.change, p.foreign = a.difference(t, have, able)
	if p.change != nil && string(a.canonical(fresh)) == string(p.change.Have) {
		p.change.Overwrites = false // it is what every bucket of this store begins with
	}
	return p, nil
}

// able returns as much of want as the store does, and the gaps.
func (a aspect[T]) able(ctx context.Context, t Target, on *Bench, want T) (T, []Gap, error) {
	var none T
	whole, err := a.attempt(ctx, t, on, want)
	if whole == nil || err != nil {
		return want, nil, err
	}
	if a.parts == nil {
		return none, []Gap{*whole}, nil
	}
	var gaps []Gap
	parts, able := a.present(want), want
	for i, p := range parts {
		alone := want
		for j, other := range parts {
			if j != i {
				alone = other.without(alone)
			}
		}
		gap, err := a.attempt(ctx, t, on, alone)
		if err != nil {
			return none, nil, err
		}
		if gap != nil {
			gap.Part, gap.Consequence = p.name, p.consequence
			able, gaps = p.without(able), append(gaps, *gap)
		}
	}
	if len(gaps) == 0 || isEmpty(a.canonical(able)) {
		return none, []Gap{*whole}, nil
	}
	if rest, err := a.attempt(ctx, t, on, able); rest != nil || err != nil {
		return none, listed(rest), err
	}
	return able, gaps, nil
}

// present returns the parts that v has.
func (a aspect[T]) present(v T) []part[T] {
	return slices.DeleteFunc(a.parts(v), func(p part[T]) bool {
		return string(a.canonical(p.without(v))) == string(a.canonical(v))
	})
}

// attempt writes v to a scratch bucket; the gap is nil if the store does it, and
// still takes objects.
func (a aspect[T]) attempt(ctx context.Context, t Target, on *Bench, v T) (gap *Gap, err error) {
	v = a.moved(v, t.Bucket, on.bucket)
	if a.try != nil {
		if gap, err := a.try(ctx, t, on.bucket, v); gap != nil || err != nil {
			return gap, err
		}
	}
	there := t
	there.Bucket = on.bucket
	switch gap, err = a.apply(ctx, there, v); {
	case answerOf(err).status == http.StatusForbidden:
		gap, err = a.gap(t, Refused, said(err)), nil
	case gap == nil && err == nil && a.risky:
		refused, err := on.works(ctx)
		if err != nil {
			return nil, err
		}
		if refused != nil {
			// Not its words, which are cut off where it answers before it has read the object.
			return a.gap(t, LocksOut, fmt.Sprintf("with it the store refuses objects, with status %d", answerOf(refused).status)), on.renew(ctx)
		}
	}
	if gap != nil {
		gap.Detail = strings.ReplaceAll(gap.Detail, on.bucket, t.Bucket)
	}
	return gap, err
}

// moved returns a value for one bucket as one for another.
func (a aspect[T]) moved(v T, from, to string) T {
	if a.move == nil {
		return v
	}
	return a.move(v, from, to)
}
