package provision

import (
	"context"
	"encoding/json"
	"errors"
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
	// merge keeps what others have set beside ours; nil if the setting is ours alone.
	merge func(have, want T) T
}

// setting is an aspect of any type.
type setting interface {
	describe() (name, property string)
	into(s *Settings, property []byte) error
	plan(ctx context.Context, t Target, s Settings, exists bool) (*Change, *Gap, error)
}

// aspects lists every setting, in the order in which they are applied: what
// protects the objects comes before what opens the bucket to clients.
func aspects() []setting {
	return []setting{versioning(), encryption(), ownership(), publicAccess(), policy(), lifecycle(), logging(), tags(), eventBridge(), cors()}
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

func (a aspect[T]) plan(ctx context.Context, t Target, s Settings, exists bool) (*Change, *Gap, error) {
	want, asked := a.want(s, t)
	if !asked {
		return nil, nil, nil
	}
	if why, ok := t.Apart[a.name]; ok {
		return nil, a.gap(NotForStore, leftOut, why), nil
	}
	var have T
	if exists {
		var err error
		have, err = a.get(ctx, t.Client, &t.Bucket)
		switch {
		case isAbsent(err):
		case isUnsupported(err):
			return nil, a.gap(Unsupported, said(err), a.consequence), nil
		case err != nil:
			return nil, nil, fmt.Errorf("provision: reading %s of bucket %s: %w", a.name, t.Bucket, err)
		}
	}
	if unknown := s.unresolved(a.name); len(unknown) > 0 && a.property != "" {
		return nil, a.gap(Unknown, strings.Join(unknown, ", "), a.consequence), nil
	}
	if a.merge != nil {
		want = a.merge(have, want)
	}
	change := &Change{Setting: a.name, Have: a.canonical(have), Want: a.canonical(want)}
	if string(change.Have) == string(change.Want) {
		return nil, nil, nil
	}
	change.apply = func(ctx context.Context) (*Gap, error) { return a.apply(ctx, t, want) }
	return change, nil, nil
}

// apply writes want and reads it back.
func (a aspect[T]) apply(ctx context.Context, t Target, want T) (*Gap, error) {
	switch err := a.put(ctx, t.Client, &t.Bucket, want); {
	case isUnsupported(err):
		return a.gap(Unsupported, said(err), a.consequence), nil
	case isRefused(err):
		return a.gap(Refused, said(err), a.consequence), nil
	case err != nil:
		return nil, fmt.Errorf("provision: writing %s of bucket %s: %w", a.name, t.Bucket, err)
	}
	got, err := a.get(ctx, t.Client, &t.Bucket)
	if err != nil && !isAbsent(err) {
		return nil, fmt.Errorf("provision: reading %s of bucket %s back: %w", a.name, t.Bucket, err)
	}
	if have := a.canonical(got); string(have) != string(a.canonical(want)) {
		return a.gap(Ignored, "read back as "+string(have), a.consequence), nil
	}
	return nil, nil
}

func (a aspect[T]) gap(reason Reason, detail, consequence string) *Gap {
	return &Gap{Setting: a.name, Reason: reason, Detail: detail, Consequence: consequence}
}

// canonical writes v as JSON such that values of the same meaning give the
// same bytes: in normal form, without what is null, false or empty.
func (a aspect[T]) canonical(v T) json.RawMessage {
	if a.normal != nil {
		return canonicalJSON(a.normal(v))
	}
	return canonicalJSON(v)
}

func canonicalJSON(v any) json.RawMessage {
	plain, err := json.Marshal(v)
	var tree any
	if err = errors.Join(err, json.Unmarshal(plain, &tree)); err != nil {
		panic("provision: a setting cannot fail to encode: " + err.Error())
	}
	plain, _ = json.Marshal(prune(tree))
	return plain
}

// prune removes what says nothing: null, false, "" and empty lists and objects.
func prune(v any) any {
	switch v := v.(type) {
	case bool:
		if !v {
			return nil
		}
	case string:
		if v == "" {
			return nil
		}
	case []any:
		var out []any
		for _, item := range v {
			if p := prune(item); p != nil {
				out = append(out, p)
			}
		}
		if out == nil {
			return nil
		}
		return out
	case map[string]any:
		for name, item := range v {
			if p := prune(item); p != nil {
				v[name] = p
			} else {
				delete(v, name)
			}
		}
		if len(v) == 0 {
			return nil
		}
	}
	return v
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
