package provision

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const policyName = "policy"

// policy is the part of the bucket's policy that means something on the store,
// and the rights of the server's users where the store has them in this policy.
// policyGaps reports the rest, statement by statement.
func policy() setting {
	return aspect[[]Statement]{
		name:        policyName,
		consequence: "what the statements forbid is not forbidden by the store; the server's own checks and the signatures are what there is",
		want: func(s Settings, t Target) ([]Statement, bool) {
			if _, apart := t.Apart[policyName]; apart {
				return nil, false // policyGaps names the statements
			}
			if t.AWS {
				return s.Policy, len(s.Policy) > 0
			}
			var portable []Statement
			for i, statement := range s.Policy {
				if why, _ := s.unportable(i, t); why == "" {
					portable = append(portable, statement)
				}
			}
			portable = append(portable, t.Grants...)
			return portable, len(portable) > 0
		},
		get: func(ctx context.Context, c Client, bucket *string) ([]Statement, error) {
			out, err := c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: bucket})
			if err != nil {
				return nil, err
			}
			if aws.ToString(out.Policy) == "" {
				return nil, nil
			}
			return parsePolicy([]byte(*out.Policy))
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
		list: func(statements []Statement) []item[[]Statement] {
			var items []item[[]Statement]
			for _, statement := range statements {
				sid, _ := statement["Sid"].(string)
				items = append(items, item[[]Statement]{id: sid, value: []Statement{statement}})
			}
			return items
		},
		join:  func(each [][]Statement) []Statement { return slices.Concat(each...) },
		risky: true,
		parts: policyParts,
		move:  movePolicy,
		try:   staysOpen,
		check: heeded,
	}
}

// policyParts are the statements: a store that cannot do one may do the others.
func policyParts(statements []Statement) []part[[]Statement] {
	var parts []part[[]Statement]
	for i, statement := range statements {
		consequence := "what it forbids is not forbidden by the store; the server's own checks and the signatures are what there is"
		if statement["Effect"] == "Allow" {
			consequence = "what it allows is not allowed. If its user is not there yet, make it and run this again; if the block of public access refuses it, leave that out with --without publicAccess/blockPublicPolicy,publicAccess/restrictPublicBuckets"
		}
		parts = append(parts, part[[]Statement]{
			name: statementName(statement, i), consequence: consequence,
			without: func(all []Statement) []Statement {
				return slices.DeleteFunc(slices.Clone(all), func(s Statement) bool { return s["Sid"] == statement["Sid"] && sameStatement(s, statement) })
			},
		})
	}
	return parts
}

// movePolicy has statements about one bucket speak of another.
func movePolicy(statements []Statement, from, to string) []Statement {
	const arn = "arn:aws:s3:::"
	var move func(v any) any
	move = func(v any) any {
		switch v := v.(type) {
		case string:
			if rest, ok := strings.CutPrefix(v, arn+from); ok && (rest == "" || rest[0] == '/') {
				return arn + to + rest
			}
		case []any:
			out := make([]any, len(v))
			for i := range v {
				out[i] = move(v[i])
			}
			return out
		case map[string]any:
			out := map[string]any{}
			for name := range v {
				out[name] = move(v[name])
			}
			return out
		}
		return v
	}
	var out []Statement
	for _, s := range statements {
		out = append(out, move(map[string]any(s)).(map[string]any))
	}
	return out
}

// policyGaps names the statements that are left out, each with its reason.
func policyGaps(s Settings, t Target) []Gap {
	if t.AWS {
		return nil
	}
	apart, all := t.Apart[policyName]
	var gaps []Gap
	for i, statement := range s.Policy {
		part := statementName(statement, i)
		if why, consequence := s.unportable(i, t); why != "" {
			consequence = t.consequence(policyName+"/"+part, consequence)
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
