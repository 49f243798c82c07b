package provision

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const policyName = "policy"

// Statement is one statement of the bucket's policy, as JSON has it.
type Statement map[string]any

// policy is the part of the bucket's policy that means something on the store;
// policyGaps reports the rest, statement by statement.
func policy() setting {
	return aspect[[]Statement]{
		name:        policyName,
		consequence: "what the statements forbid is not forbidden by the store; the server's own checks and the signatures are what there is",
		want: func(s Settings, t Target) ([]Statement, bool) {
			if _, apart := t.Apart[policyName]; apart {
				return nil, false // policyGaps names the statements
			}
			var portable []Statement
			for i, statement := range s.Policy {
				if why, _ := s.unportable(i, t); why == "" {
					portable = append(portable, statement)
				}
			}
			return portable, len(portable) > 0
		},
		get: func(ctx context.Context, c Client, bucket *string) ([]Statement, error) {
			out, err := c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: bucket})
			if err != nil {
				return nil, err
			}
			var document struct{ Statement []Statement }
			if err := json.Unmarshal([]byte(aws.ToString(out.Policy)), &document); err != nil {
				return nil, fmt.Errorf("the policy is not a JSON document: %w", err)
			}
			return document.Statement, nil
		},
		put: func(ctx context.Context, c Client, bucket *string, statements []Statement) error {
			document, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
			if err != nil {
				return err
			}
			_, err = c.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: bucket, Policy: aws.String(string(document))})
			return err
		},
		normal: normalPolicy,
	}
}

// policyGaps names the statements that are left out, each with its reason.
func policyGaps(s Settings, t Target) []Gap {
	apart, all := t.Apart[policyName]
	var gaps []Gap
	for i, statement := range s.Policy {
		part := statementName(statement, i)
		if why, consequence := s.unportable(i, t); why != "" {
			gaps = append(gaps, Gap{Setting: policyName, Part: part, Reason: NotPortable, Detail: why, Consequence: consequence})
		} else if all {
			gaps = append(gaps, Gap{Setting: policyName, Part: part, Reason: NotForStore, Detail: leftOut, Consequence: apart})
		}
	}
	return gaps
}

// unportable says why statement i means nothing on a store that is not AWS and
// what that entails; why is empty for a statement that does.
func (s Settings) unportable(i int, t Target) (why, consequence string) {
	const roles = "the store has no AWS roles; who may do what is decided by whoever holds the store's keys, which is Bytepass alone"
	place := fmt.Sprintf("PolicyDocument.Statement[%d].", i)
	for _, u := range s.Unresolved {
		if u.Setting == policyName && strings.HasPrefix(u.Path, place) {
			return "it names " + u.Expression, roles
		}
	}
	statement := s.Policy[i]
	if principal := statement["Principal"]; statement["NotPrincipal"] != nil || !everyone(principal) {
		return "it names AWS principals", roles
	}
	for _, key := range conditionKeys(statement) {
		switch {
		case strings.HasPrefix(key, "aws:principal"), strings.HasPrefix(key, "aws:source"), key == "aws:calledvia":
			return "its condition " + key + " is about AWS principals", roles
		case t.PlainHTTP && (key == "aws:securetransport" || key == "s3:tlsversion"):
			return "it demands TLS and the endpoint has none", "bytes travel in the clear between the client and the store; over loopback they leave no machine"
		}
	}
	return "", ""
}

func everyone(principal any) bool {
	if m, ok := principal.(map[string]any); ok && len(m) == 1 {
		principal = m["AWS"]
	}
	return principal == "*"
}

// conditionKeys returns the keys of all conditions, in lower case, as keys of
// conditions are not case-sensitive.
func conditionKeys(statement Statement) []string {
	var keys []string
	operators, _ := statement["Condition"].(map[string]any)
	for _, tests := range operators {
		m, _ := tests.(map[string]any)
		keys = append(keys, slices.Collect(maps.Keys(m))...)
	}
	return sorted(lower(keys))
}

func statementName(statement Statement, i int) string {
	if sid, ok := statement["Sid"].(string); ok && sid != "" {
		return sid
	}
	return fmt.Sprintf("statement %d", i+1)
}

// normalPolicy brings statements of the same meaning into the same form: in
// one order, a single value as a list, everyone as "*".
func normalPolicy(statements []Statement) any {
	out := make([]Statement, len(statements))
	for i, statement := range statements {
		out[i] = Statement{}
		for name, value := range statement {
			switch {
			case name == "Principal" && everyone(value):
				out[i][name] = "*"
			case name == "Sid", name == "Effect":
				out[i][name] = value
			default:
				out[i][name] = asSet(value)
			}
		}
	}
	slices.SortFunc(out, func(a, b Statement) int {
		return cmp.Compare(string(canonicalJSON(a)), string(canonicalJSON(b)))
	})
	return out
}

// asSet writes a scalar as a list of one, and sorts lists, at any depth.
func asSet(v any) any {
	switch v := v.(type) {
	case []any:
		var list []string
		for _, item := range v {
			list = append(list, fmt.Sprint(item))
		}
		return sorted(list)
	case map[string]any:
		out := map[string]any{}
		for name, item := range v {
			out[name] = asSet(item)
		}
		return out
	}
	return []string{fmt.Sprint(v)}
}
