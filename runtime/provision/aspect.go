package provision

import (
	"context"
	"fmt"
	"strings"
)

// aspect ties one setting together: how the template spells it, how S3 reads
// and writes it, and when two values mean the same.
type aspect[T any] struct {
	name     string // what reports call it
	property string // of AWS::S3::Bucket; empty if it is a resource of its own
	// consequence is what it means to go without, and what stands in for it.
	consequence string
	parse       func(s *Settings, property []byte) error
	// want returns what the settings ask for; asked is false for nothing.
	want func(s Settings, t Target) (v T, asked bool)
	get  func(ctx context.Context, c Client, bucket *string) (T, error)
	put  func(ctx context.Context, c Client, bucket *string, v T) error
	// normal brings values of the same meaning into the same form, which may be
	// of another type; nil if they are. nil, false, "" and empty say nothing.
	normal func(T) any

	// list takes a setting apart that holds several rules, statements or tags,
	// and join puts it together, because S3 only ever writes all of them. nil
	// where the setting is one value.
	list func(T) []item[T]
	join func([]T) T
	// ordered says that the rules' order means something.
	ordered bool
	// single says that the setting is one value, which somebody may have chosen
	// for a reason of their own.
	single bool
	// parts are what a store may do or not do of v, one without the other.
	parts func(v T) []part[T]
	// move makes of a value for one bucket that for another; nil if it is the same.
	move func(v T, from, to string) T
	// risky says that a store may take the setting and then no objects any more.
	risky bool
	// try asks more of a value than that it is read back as it was written.
	try func(ctx context.Context, t Target, scratch string, v T) (*Gap, error)
	// check looks for what the store does not do although it keeps v.
	check func(ctx context.Context, t Target, scratch string, v T) ([]Gap, error)
}

// setting is an aspect of any type.
type setting interface {
	describe() (name, property string)
	into(s *Settings, property []byte) error
	plan(ctx context.Context, t Target, s Settings, exists bool) (planned, error)
	compare(ctx context.Context, t Target, s Settings, known *holes) (Compared, error)
}

// planned is what came of planning one setting.
type planned struct {
	change  *Change // nil if there is nothing to write
	foreign []Foreign
	gaps    []Gap
	check   check // nil if there is nothing to look for
}

// check looks for more gaps of a setting, on a scratch bucket.
type check func(ctx context.Context, on *Bench) ([]Gap, error)

// aspects lists every setting, in the order in which they are applied: what
// protects the objects comes before what opens the bucket to clients.
func aspects() []setting {
	return []setting{versioning(), encryption(), ownership(), publicAccess(), policy(), lifecycle(), logging(), tags(), notification(), cors()}
}

// Names lists the settings, as reports and flags call them.
func Names() []string {
	var names []string
	for _, a := range aspects() {
		name, _ := a.describe()
		names = append(names, name)
	}
	return names
}

type parser struct {
	setting string
	into    func(s *Settings, property []byte) error
}

// parsers returns who reads which property of the template's bucket.
func parsers() map[string]parser {
	by := map[string]parser{}
	for _, a := range aspects() {
		if name, property := a.describe(); property != "" {
			by[property] = parser{setting: name, into: a.into}
		}
	}
	return by
}

func (a aspect[T]) describe() (name, property string) { return a.name, a.property }

func (a aspect[T]) into(s *Settings, property []byte) error { return a.parse(s, property) }

func (a aspect[T]) plan(ctx context.Context, t Target, s Settings, exists bool) (planned, error) {
	want, asked := a.want(s, t)
	if !asked {
		return planned{}, nil
	}
	if why, ok := t.Apart[a.name]; ok {
		return planned{gaps: a.gaps(t, NotForStore, leftOut, why)}, nil
	}
	var have T
	if exists {
		var gap *Gap
		var err error
		if have, gap, err = a.read(ctx, t); gap != nil || err != nil {
			return planned{gaps: listed(gap)}, err
		}
	}
	if unknown := s.unresolved(a.name); len(unknown) > 0 && a.property != "" {
		return planned{gaps: a.gaps(t, Unknown, strings.Join(unknown, ", "), "")}, nil
	}
	want, gaps := a.leave(t, want)
	p := planned{gaps: gaps}
	if !isEmpty(a.canonical(want)) {
		p.change, p.foreign = a.difference(t, have, want)
		p.check = a.checks(t, want)
	}
	return p, nil
}

// checks returns what looks for gaps of a value that the store keeps.
func (a aspect[T]) checks(t Target, v T) check {
	if a.check == nil {
		return nil
	}
	return func(ctx context.Context, on *Bench) ([]Gap, error) {
		return a.check(ctx, t, on.bucket, a.moved(v, t.Bucket, on.bucket))
	}
}

// read returns what the bucket has; the zero value if it has nothing.
func (a aspect[T]) read(ctx context.Context, t Target) (have T, gap *Gap, err error) {
	have, err = a.get(ctx, t.Client, &t.Bucket)
	switch {
	case err == nil:
		return have, nil, nil
	case isAbsent(err):
		var none T
		return none, nil, nil
	case isUnsupported(err):
		return have, a.gap(t, Unsupported, said(err)), nil
	}
	return have, nil, fmt.Errorf("provision: reading %s of bucket %s: %w", a.name, t.Bucket, err)
}

// difference returns what has to be written so that the bucket has want beside
// what it has of others, and names that.
func (a aspect[T]) difference(t Target, have, want T) (*Change, []Foreign) {
	all, foreign := want, []item[T](nil)
	if a.list != nil && !t.Replace[a.name] {
		foreign = a.foreign(have, want)
		all = a.with(want, foreign)
	}
	named := a.named(foreign)
	change := &Change{Setting: a.name, Have: a.canonical(have), Want: a.canonical(all)}
	if string(change.Have) == string(change.Want) {
		return nil, named
	}
	change.Parts = a.changes(have, all)
	change.Overwrites = a.single && !isEmpty(change.Have) && !t.Replace[a.name]
	change.apply = func(ctx context.Context) (*Gap, error) { return a.apply(ctx, t, all) }
	change.lost = func(ctx context.Context) (*Gap, error) {
		_, gap, err := a.readBack(ctx, t, all)
		return gap, err
	}
	change.narrow = func(ctx context.Context, on *Bench) (planned, error) { return a.narrow(ctx, t, on, have, want) }
	return change, named
}

// gap returns the gap of the whole setting.
func (a aspect[T]) gap(t Target, reason Reason, detail string) *Gap {
	return &Gap{Setting: a.name, Reason: reason, Detail: detail, Consequence: t.consequence(a.name, a.consequence)}
}

// gaps returns a gap in a list; without a consequence of its own it has the setting's.
func (a aspect[T]) gaps(t Target, reason Reason, detail, consequence string) []Gap {
	gap := a.gap(t, reason, detail)
	if consequence != "" {
		gap.Consequence = consequence
	}
	return []Gap{*gap}
}

func listed(gap *Gap) []Gap {
	if gap == nil {
		return nil
	}
	return []Gap{*gap}
}

func (s Settings) unresolved(setting string) []string {
	var all []string
	for _, u := range s.Unresolved {
		if u.Setting == setting {
			all = append(all, u.Path+" is "+u.Expression)
		}
	}
	return all
}
