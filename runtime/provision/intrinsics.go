package provision

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Values stand in for what CloudFormation would know.
type Values struct {
	Bucket     string            // the bucket's name on the store
	Region     string            // AWS::Region
	Account    string            // AWS::AccountId
	Parameters map[string]string // the template's parameters, by name; a missing one takes its default
	// References are what else the template refers to, as it does: "Logs" for
	// Ref Logs, "ObjectsKey.Arn" for Fn::GetAtt.
	References map[string]string
}

// resolver replaces the intrinsic functions of a template by their values, as
// far as they can be known here. Reference: "Intrinsic function reference" of
// the AWS CloudFormation template reference.
type resolver struct {
	template templateFile
	values   Values
	bucketID string // logical ID of the bucket
	// unknown collects what could not be resolved, while a tree is walked.
	unknown []Unresolved
}

// noValue is what Ref AWS::NoValue gives: the property is as good as absent.
type noValue struct{}

// resolve returns v with every function replaced. What cannot be known becomes
// a readable placeholder such as "${Key.Arn}", and is noted with its path.
func (r *resolver) resolve(path string, v any) any {
	switch v := v.(type) {
	case []any:
		list := make([]any, 0, len(v))
		for i, item := range v {
			if got := r.resolve(fmt.Sprintf("%s[%d]", path, i), item); got != (noValue{}) {
				list = append(list, got)
			}
		}
		return list
	case map[string]any:
		if name, arg, ok := function(v); ok {
			return r.call(path, name, arg)
		}
		out := make(map[string]any, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if got := r.resolve(path+"."+name, v[name]); got != (noValue{}) {
				out[name] = got
			}
		}
		return out
	}
	return v
}

// function reports whether v is a call: an object of the one member Ref,
// Condition or Fn::….
func function(v map[string]any) (name string, arg any, ok bool) {
	if len(v) != 1 {
		return "", nil, false
	}
	for name, arg := range v {
		if name == "Ref" || strings.HasPrefix(name, "Fn::") {
			return name, arg, true
		}
	}
	return "", nil, false
}

func (r *resolver) call(path, name string, arg any) any {
	list, _ := arg.([]any)
	switch {
	case name == "Ref":
		return r.ref(path, fmt.Sprint(arg))
	case name == "Fn::GetAtt":
		if len(list) == 2 {
			return r.attribute(path, fmt.Sprint(list[0])+"."+fmt.Sprint(list[1]))
		}
		return r.attribute(path, fmt.Sprint(arg))
	case name == "Fn::Sub":
		return r.sub(path, arg)
	case name == "Fn::Join" && len(list) == 2:
		if parts, ok := r.strings(path, list[1]); ok {
			return strings.Join(parts, plainText(list[0]))
		}
	case name == "Fn::Split" && len(list) == 2:
		if whole, ok := r.resolve(path, list[1]).(string); ok {
			var parts []any
			for _, part := range strings.Split(whole, fmt.Sprint(list[0])) {
				parts = append(parts, part)
			}
			return parts
		}
	case name == "Fn::Select" && len(list) == 2:
		index, err := strconv.Atoi(fmt.Sprint(list[0]))
		if from, ok := r.resolve(path, list[1]).([]any); ok && err == nil && index >= 0 && index < len(from) {
			return from[index]
		}
	case name == "Fn::If" && len(list) == 3:
		if truth, known := r.condition(r.template.Conditions[fmt.Sprint(list[0])]); known {
			if truth {
				return r.resolve(path, list[1])
			}
			return r.resolve(path, list[2])
		}
	}
	return r.unresolved(path, fmt.Sprintf("%s %v", name, arg), name)
}

func (r *resolver) strings(path string, v any) ([]string, bool) {
	list, ok := r.resolve(path, v).([]any)
	parts := make([]string, len(list))
	for i, item := range list {
		if _, nested := item.(map[string]any); nested {
			return nil, false
		}
		parts[i] = plainText(item)
	}
	return parts, ok
}

func (r *resolver) ref(path, name string) any {
	known := map[string]string{
		"AWS::Region":    r.values.Region,
		"AWS::AccountId": r.values.Account,
		"AWS::Partition": "aws",
		"AWS::URLSuffix": "amazonaws.com",
		r.bucketID:       r.values.Bucket,
	}
	if name == "AWS::NoValue" {
		return noValue{}
	}
	if v := known[name]; v != "" {
		return v
	}
	p, isParameter := r.template.Parameters[name]
	if v, ok := r.values.Parameters[name]; ok {
		return p.value(v)
	}
	if v, ok := r.values.References[name]; ok {
		return v
	}
	if isParameter && p.Default != nil {
		return p.value(plainText(p.Default))
	}
	return r.unresolved(path, "Ref "+name, name)
}

func (r *resolver) attribute(path, name string) any {
	if name == r.bucketID+".Arn" && r.values.Bucket != "" {
		return "arn:aws:s3:::" + r.values.Bucket
	}
	if v, ok := r.values.References[name]; ok {
		return v
	}
	return r.unresolved(path, "Fn::GetAtt "+name, name)
}

// sub resolves Fn::Sub: "text ${Name} ${Resource.Attribute} ${!literal}",
// alone or with a map of names of its own.
func (r *resolver) sub(path string, arg any) any {
	text, own := fmt.Sprint(arg), map[string]any{}
	if list, ok := arg.([]any); ok && len(list) == 2 {
		text = fmt.Sprint(list[0])
		own, _ = list[1].(map[string]any)
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		out.WriteString(before)
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			out.WriteString(rest)
			return out.String()
		}
		text = after
		switch v, mine := own[name]; {
		case strings.HasPrefix(name, "!"):
			out.WriteString("${" + name[1:] + "}")
		case mine:
			out.WriteString(plainText(r.resolve(path, v)))
		case strings.Contains(name, ".") && !strings.Contains(name, "::"):
			out.WriteString(plainText(r.attribute(path, name)))
		default:
			out.WriteString(plainText(r.ref(path, name)))
		}
	}
}

func (r *resolver) unresolved(path, expression, name string) any {
	placeholder := "${" + name + "}"
	r.unknown = append(r.unknown, Unresolved{Path: path, Expression: expression, Placeholder: placeholder})
	return placeholder
}
