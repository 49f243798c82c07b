package provision

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// A canary is a statement that stands for another: it denies a single harmless
// action, under the same condition, on a scratch bucket. Whether that action is
// then refused tells what the other would do.

// canary returns the statement's, with a condition of its own or none.
func canary(scratch string, condition any) Statement {
	s := Statement{
		"Sid": "Canary", "Effect": "Deny", "Principal": map[string]any{"AWS": "*"},
		"Action": "s3:GetBucketTagging", "Resource": "arn:aws:s3:::" + scratch,
	}
	if condition != nil {
		s["Condition"] = condition
	}
	return s
}

// sings writes a policy of one canary and reports whether the action is refused.
// A store that does not take the policy refuses nothing.
func sings(ctx context.Context, t Target, scratch string, s Statement) (bool, error) {
	switch err := policy().(aspect[[]Statement]).put(ctx, t.Client, &scratch, []Statement{s}); {
	case isUnsupported(err), isRefused(err), answerOf(err).status == http.StatusForbidden:
		return false, nil
	case err != nil:
		return false, fmt.Errorf("provision: writing a policy of the scratch bucket %s: %w", scratch, err)
	}
	_, err := t.Client.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: &scratch})
	switch status := answerOf(err).status; {
	case status == http.StatusForbidden:
		return true, nil
	case err != nil && status == 0:
		return false, err
	}
	return false, nil
}

// staysOpen asks whether what the statements deny would deny this very request
// of an administrator, as "TLS only" does on a store that sees plain HTTP behind
// a proxy: such a policy could not even be taken back.
func staysOpen(ctx context.Context, t Target, scratch string, statements []Statement) (*Gap, error) {
	for _, s := range statements {
		all := slices.ContainsFunc(texts(s["Action"]), func(action string) bool { return action == "*" || strings.EqualFold(action, "s3:*") })
		if !all || !deniesEverybody(s) {
			continue
		}
		refused, err := sings(ctx, t, scratch, canary(scratch, s["Condition"]))
		if err != nil {
			return nil, err
		}
		if refused {
			return policy().(aspect[[]Statement]).gap(t, LocksOut, "the store would refuse this very request, as it does behind a proxy that ends TLS and does not tell it so"), nil
		}
	}
	return nil, nil
}

// deniesEverybody reports whether a statement denies something to everybody,
// under a condition.
func deniesEverybody(s Statement) bool {
	return s["Effect"] == "Deny" && s["Condition"] != nil && everyone(s["Principal"])
}

// heeded asks whether the store acts on the statements that it keeps: one whose
// condition is turned around has to refuse this very request. The gaps are
// statements that it merely keeps.
func heeded(ctx context.Context, t Target, scratch string, statements []Statement) ([]Gap, error) {
	a := policy().(aspect[[]Statement])
	if !slices.ContainsFunc(statements, deniesEverybody) {
		return nil, nil
	}
	binds, err := sings(ctx, t, scratch, canary(scratch, nil))
	if err != nil {
		return nil, err
	}
	if !binds {
		return a.gaps(t, Unheeded, "a policy that denies something to everybody does not stop this administrator",
			"administrators are above the policies of this store; whether it acts on the statements for others is not known"), nil
	}
	var gaps []Gap
	for i, s := range statements {
		turned, known := turnedAround(s["Condition"])
		if !deniesEverybody(s) || !known {
			continue
		}
		refused, err := sings(ctx, t, scratch, canary(scratch, turned))
		if err != nil {
			return nil, err
		}
		if !refused {
			gap := a.gap(t, Unheeded, "the store keeps the statement and does not act on it")
			gap.Part = statementName(s, i)
			gap.Consequence = "what it forbids is not forbidden by the store; the server's own checks and the signatures are what there is"
			gaps = append(gaps, *gap)
		}
	}
	return gaps, nil
}

// turnedAround returns a condition that this client's requests fulfil where they
// do not fulfil the given one, by operators that a missing key never fulfils;
// known is false for a condition that is not of this kind.
func turnedAround(condition any) (turned any, known bool) {
	now := map[string]string{"s3:authtype": "REST-HEADER", "s3:signatureversion": "AWS4-HMAC-SHA256"}
	opposite := map[string]string{"NumericGreaterThan": "NumericLessThanEquals", "NumericLessThan": "NumericGreaterThanEquals"}
	operators, _ := condition.(map[string]any)
	for _, operator := range slices.Sorted(maps.Keys(operators)) {
		tests, _ := operators[operator].(map[string]any)
		if len(operators) != 1 || len(tests) != 1 {
			return nil, false
		}
		for key, value := range tests {
			switch ours, ok := now[strings.ToLower(key)]; {
			case operator == "StringEquals" && ok:
				return map[string]any{operator: map[string]any{key: ours}}, true
			case operator == "Bool" && len(texts(value)) == 1:
				other := "true"
				if strings.EqualFold(texts(value)[0], other) {
					other = "false"
				}
				return map[string]any{operator: map[string]any{key: other}}, true
			case opposite[operator] != "":
				return map[string]any{opposite[operator]: map[string]any{key: value}}, true
			}
		}
	}
	return nil, false
}
