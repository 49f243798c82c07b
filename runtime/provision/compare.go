package provision

import (
	"context"
	"encoding/json"
	"slices"
)

// Verdict is how a setting of a bucket compares with the template's. The values
// never change their meaning.
type Verdict string

// The verdicts.
const (
	Same         Verdict = "same"
	Drifted      Verdict = "drifted"
	Incomparable Verdict = "incomparable" // the gaps say why
)

// Kind is how a setting, or one rule of it, differs from the template. The
// values never change their meaning.
type Kind string

// The kinds of a Difference.
const (
	Missing Kind = "missing" // the template has it, the bucket does not
	Changed Kind = "changed" // the bucket has it otherwise
	Extra   Kind = "extra"   // the bucket has it, the template does not
)

// Difference is one difference between a bucket and the template.
type Difference struct {
	Part string          `json:"part"` // the rule's, statement's or tag's name; empty for a setting of one value
	Kind Kind            `json:"kind"`
	Have json.RawMessage `json:"have"` // null if it is missing
	Want json.RawMessage `json:"want"` // null if it is extra
}

// Compared is one setting of a bucket beside the template's.
type Compared struct {
	Setting     string       `json:"setting"`
	Verdict     Verdict      `json:"verdict"`
	Differences []Difference `json:"differences,omitempty"`
	// Gaps are what cannot be compared, and why.
	Gaps []Gap `json:"gaps,omitempty"`
}

// Comparison is a bucket beside the template.
type Comparison struct {
	Bucket   string     `json:"bucket"`
	Exists   bool       `json:"exists"`
	Settings []Compared `json:"settings"`
}

// Drifted reports whether anything differs.
func (c Comparison) Drifted() bool {
	return !c.Exists || slices.ContainsFunc(c.Settings, func(s Compared) bool { return s.Verdict == Drifted })
}

// Compare compares what a bucket has with what the settings ask for, by
// meaning. It only reads. Where the template has a value that only
// CloudFormation knows, any value fits, but everywhere the same. The error is a
// store that does not answer or forbids.
func Compare(ctx context.Context, t Target, s Settings) (Comparison, error) {
	exists, err := bucketExists(ctx, t)
	if err != nil || !exists {
		return Comparison{Bucket: t.Bucket, Settings: []Compared{}}, err
	}
	c := Comparison{Bucket: t.Bucket, Exists: true}
	known := s.holes()
	for _, a := range aspects() {
		compared, err := a.compare(ctx, t, s, known)
		if err != nil {
			return Comparison{}, err
		}
		if compared.Verdict != "" {
			c.Settings = append(c.Settings, compared)
		}
	}
	for _, gap := range elsewhereGaps(s) {
		c.Settings = append(c.Settings, Compared{Setting: gap.Setting, Verdict: Incomparable, Gaps: []Gap{gap}})
	}
	return c, nil
}

func (a aspect[T]) compare(ctx context.Context, t Target, s Settings, known *holes) (Compared, error) {
	c := Compared{Setting: a.name, Verdict: Same}
	if a.name == policyName {
		c.Gaps = policyGaps(s, t)
	}
	if why, ok := t.Apart[a.name]; ok {
		c.Verdict, c.Gaps = Incomparable, append(c.Gaps, a.gaps(t, NotForStore, leftOut, why)...)
		return c, nil
	}
	want, asked := a.want(s, t)
	if !asked && a.single {
		return Compared{}, nil // stores have values of their own where nobody asks for any
	}
	have, gap, err := a.read(ctx, t)
	if err != nil {
		return Compared{}, err
	}
	if gap != nil {
		if asked {
			c.Verdict, c.Gaps = Incomparable, append(c.Gaps, *gap)
			return c, nil
		}
		return Compared{}, nil
	}
	if asked {
		var gaps []Gap
		want, gaps = a.leave(t, want)
		c.Gaps = append(c.Gaps, gaps...)
	} else {
		want = *new(T)
	}
	c.Differences = a.differences(have, want, known)
	switch {
	case len(c.Differences) > 0:
		c.Verdict = Drifted
	case !asked && len(c.Gaps) == 0:
		return Compared{}, nil
	}
	return c, nil
}

// differences compares item by item: those of the same meaning belong together,
// and of the rest those of the same name.
func (a aspect[T]) differences(have, want T, known *holes) []Difference {
	got := a.items(have)
	left := slices.DeleteFunc(a.items(want), func(w item[T]) bool {
		i := slices.IndexFunc(got, func(h item[T]) bool { return a.fits(h, w, known) })
		if i >= 0 {
			got = slices.Delete(got, i, i+1)
		}
		return i >= 0
	})
	var all []Difference
	null := json.RawMessage("null")
	for n, w := range left {
		d := Difference{Part: w.name(n), Kind: Missing, Have: null, Want: a.canonical(w.value)}
		if i := slices.IndexFunc(got, func(h item[T]) bool { return h.id == w.id }); i >= 0 {
			d.Kind, d.Have = Changed, a.canonical(got[i].value)
			got = slices.Delete(got, i, i+1)
		}
		all = append(all, d)
	}
	for n, h := range got {
		all = append(all, Difference{Part: h.name(n), Kind: Extra, Have: a.canonical(h.value), Want: null})
	}
	if len(all) == 0 && a.ordered && !a.inOrder(have, want, known) {
		all = append(all, Difference{Part: "order", Kind: Changed, Have: a.canonical(have), Want: a.canonical(want)})
	}
	if a.list == nil {
		for i := range all {
			all[i].Part = ""
		}
	}
	return all
}

func (a aspect[T]) fits(have, want item[T], known *holes) bool {
	return known.matches(a.tree(have.value), a.tree(want.value))
}

func (a aspect[T]) inOrder(have, want T, known *holes) bool {
	got := a.items(have)
	for i, w := range a.items(want) {
		if !a.fits(got[i], w, known) {
			return false
		}
	}
	return true
}
