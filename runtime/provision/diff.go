package provision

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
)

// Probe tries each change of the plan on a scratch bucket and returns a plan of
// what the store really does; what it does not do, or keeps and does not act on,
// has become a gap. The real bucket is not touched.
func (d Diff) Probe(ctx context.Context, on *Bench) (Diff, error) {
	out := d
	out.probed = true
	out.Changes, out.Gaps = nil, slices.Clone(d.Gaps)
	out.Foreign, out.checks = slices.Clone(d.Foreign), maps.Clone(d.checks)
	for _, change := range d.Changes {
		p, err := change.narrow(ctx, on)
		if err != nil {
			return d, err
		}
		out.Foreign = slices.DeleteFunc(out.Foreign, func(f Foreign) bool { return f.Setting == change.Setting })
		out.add(change.Setting, p)
	}
	for _, setting := range slices.Sorted(maps.Keys(out.checks)) {
		gaps, err := out.checks[setting](ctx, on)
		if err != nil {
			return d, err
		}
		out.Gaps = append(out.Gaps, gaps...)
	}
	return out, nil
}

// Keep returns the plan without the changes that would overwrite a value of
// somebody else's, or make it void. Each of them has become a gap.
func (d Diff) Keep() Diff {
	out := d
	out.Changes, out.Gaps = nil, slices.Clone(d.Gaps)
	public := d.public()
	for _, c := range d.Changes {
		if c.Setting == publicAccessName && public != "" {
			out.Gaps = append(out.Gaps, Gap{
				Setting: c.Setting, Reason: Kept, Detail: "statement " + public + " of the bucket's policy lets everybody in",
				Consequence: "what is public stays public, because it was not made so for this template; --replace policy removes the statement, and then the block is written",
			})
			continue
		}
		if !c.Overwrites {
			out.Changes = append(out.Changes, c)
			continue
		}
		out.Gaps = append(out.Gaps, Gap{
			Setting: c.Setting, Reason: Kept, Detail: "the bucket has " + string(c.Have) + ", the template " + string(c.Want),
			Consequence: "what is there stays, because it was not written for this template; --replace " + c.Setting + " writes the template's",
		})
	}
	return out
}

// With returns the plan with one setting as another plan has it.
func (d Diff) With(setting string, other Diff) Diff {
	out := d
	out.Changes = slices.DeleteFunc(slices.Clone(d.Changes), func(c Change) bool { return c.Setting == setting })
	out.Gaps = slices.DeleteFunc(slices.Clone(d.Gaps), func(g Gap) bool { return g.Setting == setting })
	for _, c := range other.Changes {
		if c.Setting == setting {
			out.Changes = append(out.Changes, c)
		}
	}
	for _, g := range other.Gaps {
		if g.Setting == setting {
			out.Gaps = append(out.Gaps, g)
		}
	}
	return out
}

// public returns the name of a statement of others that lets everybody in.
func (d Diff) public() string {
	for _, f := range d.Foreign {
		var statements []Statement
		if f.Setting != policyName || json.Unmarshal(f.Value, &statements) != nil {
			continue
		}
		for _, s := range statements {
			if s["Effect"] == "Allow" && everyone(s["Principal"]) {
				return f.Part
			}
		}
	}
	return ""
}
