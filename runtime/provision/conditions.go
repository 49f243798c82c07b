package provision

import "fmt"

// condition evaluates a condition of the template; known is false for one that
// depends on what only CloudFormation knows.
func (r *resolver) condition(v any) (truth, known bool) {
	m, ok := v.(map[string]any)
	if !ok || len(m) != 1 {
		return false, false
	}
	for name, arg := range m {
		list, _ := arg.([]any)
		switch name {
		case "Condition":
			return r.condition(r.template.Conditions[fmt.Sprint(arg)])
		case "Fn::Equals":
			if len(list) != 2 {
				return false, false
			}
			probe := resolver{template: r.template, values: r.values, bucketID: r.bucketID}
			a, b := probe.resolve("", list[0]), probe.resolve("", list[1])
			return plainText(a) == plainText(b), len(probe.unknown) == 0
		case "Fn::Not":
			if len(list) != 1 {
				return false, false
			}
			truth, known = r.condition(list[0])
			return !truth, known
		case "Fn::And", "Fn::Or":
			return r.several(name == "Fn::And", list)
		}
	}
	return false, false
}

// several evaluates And (all) or Or over conditions.
func (r *resolver) several(all bool, list []any) (truth, known bool) {
	truth = all
	for _, item := range list {
		one, ok := r.condition(item)
		if !ok {
			return false, false
		}
		if one != all {
			truth = !all
		}
	}
	return truth, true
}
