package provision

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// normalPolicy brings statements of the same meaning into the same form: in
// one order and without names, a single value as a list, everyone as "*", what
// is not case-sensitive in lower case, an account as its root's ARN.
func normalPolicy(statements []Statement) any {
	out := make([]map[string]any, len(statements))
	for i, statement := range statements {
		out[i] = map[string]any{}
		for name, value := range statement {
			switch name {
			case "Sid":
			case "Effect":
				out[i][name] = value
			case "Action", "NotAction":
				out[i][name] = sorted(lower(texts(value)))
			case "Principal", "NotPrincipal":
				out[i][name] = normalPrincipal(value)
			case "Condition":
				out[i][name] = normalCondition(value)
			default:
				out[i][name] = sorted(texts(value))
			}
		}
	}
	return bySpelling(out)
}

func normalPrincipal(v any) any {
	if everyone(v) {
		return "*"
	}
	kinds, ok := v.(map[string]any)
	if !ok {
		return sorted(texts(v))
	}
	out := map[string][]string{}
	for kind, who := range kinds {
		for _, one := range texts(who) {
			if kind == "AWS" && len(one) == 12 && strings.Trim(one, "0123456789") == "" {
				one = "arn:aws:iam::" + one + ":root"
			}
			out[kind] = append(out[kind], one)
		}
		slices.Sort(out[kind])
	}
	return out
}

func normalCondition(v any) any {
	operators, _ := v.(map[string]any)
	out := map[string]map[string][]string{}
	for operator, tests := range operators {
		out[operator] = map[string][]string{}
		keys, _ := tests.(map[string]any)
		for key, values := range keys {
			out[operator][strings.ToLower(key)] = sorted(texts(values))
		}
	}
	return out
}

// texts returns a scalar, or what is in a list, as text.
func texts(v any) []string {
	list, ok := v.([]any)
	if !ok {
		return []string{plainText(v)}
	}
	var all []string
	for _, one := range list {
		all = append(all, plainText(one))
	}
	return all
}

// plainText returns a scalar of JSON as text. Stores and CloudFormation make text
// of numbers, digit by digit and without an exponent.
func plainText(v any) string {
	if number, ok := v.(float64); ok {
		return strconv.FormatFloat(number, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}
