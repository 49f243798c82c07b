package provision

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// Prepare works out what has to be done to a bucket on a store of which nothing
// is known: it plans, tries on a scratch bucket what of it the store does, and
// leaves what others have set. With scratch nil nothing is tried, and nothing
// at all is written.
func Prepare(ctx context.Context, t Target, s Settings, scratch *Scratch) (Diff, error) {
	d, err := Plan(ctx, t, s)
	if err != nil {
		return Diff{}, err
	}
	if scratch != nil && len(d.Changes)+len(d.checks) > 0 {
		err := scratch.With(ctx, func(ctx context.Context, on *Bench) error {
			d, err = d.Probe(ctx, on)
			return err
		})
		if err != nil {
			return Diff{}, err
		}
	}
	d = d.Keep()
	slices.SortStableFunc(d.Gaps, func(a, b Gap) int { return cmp.Compare(place(a.Setting), place(b.Setting)) })
	return d, nil
}

// place is where a setting is among all; what is none comes after them.
func place(setting string) int {
	if i := slices.Index(Names(), setting); i >= 0 {
		return i
	}
	return len(Names())
}

// Lacks returns the gaps of what is required: settings by name, or parts of
// them as "lifecycle/transitions". The whole is lacking when any part of it is.
func Lacks(gaps []Gap, required []string) []Gap {
	var all []Gap
	for _, g := range gaps {
		if slices.Contains(required, g.Setting) || g.Part != "" && slices.Contains(required, g.Setting+"/"+g.Part) {
			all = append(all, g)
		}
	}
	return all
}

// Untried returns what is required of a plan and not known: whether a store takes
// what has yet to be written, and acts on what it keeps, only trying shows. A part
// is as unknown as its setting. Of a plan that was probed it is empty.
func (d Diff) Untried(required []string) []string {
	if d.probed {
		return nil
	}
	var all []string
	for _, name := range required {
		setting, _, _ := strings.Cut(name, "/")
		toWrite := slices.ContainsFunc(d.Changes, func(c Change) bool { return c.Setting == setting })
		if toLookAt := d.checks[setting] != nil; toWrite || toLookAt {
			all = append(all, name)
		}
	}
	return all
}

// Without returns what a store cannot do of the template, so that a comparison
// can leave it out: settings by name, and parts of them as "setting/part".
func Without(gaps []Gap) []string {
	var names []string
	for _, g := range gaps {
		name := g.Setting
		if g.Part != "" {
			name += "/" + g.Part
		}
		if slices.Contains([]Reason{Unsupported, Refused, Ignored, LocksOut, Unknown}, g.Reason) && CheckNames([]string{name}) == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// CheckNames returns an error that names the first of names that is neither a
// setting nor, as "setting/part", a part of one.
func CheckNames(names []string) error {
	for _, name := range names {
		setting, _, _ := strings.Cut(name, "/")
		if !slices.Contains(Names(), setting) {
			return fmt.Errorf("%q is no setting; there are %s", name, strings.Join(Names(), ", "))
		}
	}
	return nil
}
