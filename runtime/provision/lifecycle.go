package provision

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Lifecycle is what shall happen to objects as they age.
type Lifecycle struct {
	Rules []types.LifecycleRule
	// SmallObjects is from which size on objects change their class; empty is
	// AWS's default, which leaves those under 128 KB where they are.
	SmallObjects types.TransitionDefaultMinimumObjectSize
}

func lifecycle() setting {
	return aspect[Lifecycle]{
		name:        "lifecycle",
		property:    "LifecycleConfiguration",
		consequence: "old versions and unfinished uploads stay on the disk until somebody removes them, and nothing moves to a cheaper class",
		parse:       parseLifecycle,
		want: func(s Settings, _ Target) (Lifecycle, bool) {
			return s.Lifecycle, len(s.Lifecycle.Rules) > 0
		},
		get: func(ctx context.Context, c Client, bucket *string) (Lifecycle, error) {
			out, err := c.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: bucket})
			if err != nil {
				return Lifecycle{}, err
			}
			return Lifecycle{Rules: out.Rules, SmallObjects: out.TransitionDefaultMinimumObjectSize}, nil
		},
		put: func(ctx context.Context, c Client, bucket *string, l Lifecycle) error {
			_, err := c.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
				Bucket: bucket, TransitionDefaultMinimumObjectSize: l.SmallObjects,
				LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: l.Rules},
			})
			return err
		},
		normal: normalLifecycle,
		list:   listLifecycle,
		join: func(each []Lifecycle) Lifecycle {
			var all Lifecycle
			for _, l := range each {
				all.Rules = append(all.Rules, l.Rules...)
				if l.SmallObjects != "" {
					all.SmallObjects = l.SmallObjects
				}
			}
			return all
		},
		parts: lifecycleParts,
	}
}

func listLifecycle(l Lifecycle) []item[Lifecycle] {
	var items []item[Lifecycle]
	for _, r := range l.Rules {
		items = append(items, item[Lifecycle]{id: aws.ToString(r.ID), value: Lifecycle{Rules: []types.LifecycleRule{r}}})
	}
	if size := (Lifecycle{SmallObjects: l.SmallObjects}); !isEmpty(canonicalJSON(normalLifecycle(size))) {
		items = append(items, item[Lifecycle]{id: "TransitionDefaultMinimumObjectSize", value: size})
	}
	return items
}

// lifecycleParts are what rules ask for: stores differ in which of it they do.
func lifecycleParts(Lifecycle) []part[Lifecycle] {
	each := func(change func(*types.LifecycleRule)) func(Lifecycle) Lifecycle {
		return func(l Lifecycle) Lifecycle {
			out := Lifecycle{SmallObjects: l.SmallObjects}
			for _, r := range l.Rules {
				change(&r)
				if asks(r) {
					out.Rules = append(out.Rules, r)
				}
			}
			return out
		}
	}
	return []part[Lifecycle]{
		{
			name: "transitions", consequence: "nothing moves to a cheaper class; everything stays where the store puts it",
			without: func(l Lifecycle) Lifecycle {
				l.SmallObjects = "" // says which objects move, and nothing else
				return each(func(r *types.LifecycleRule) { r.Transitions, r.NoncurrentVersionTransitions = nil, nil })(l)
			},
		},
		{
			name: "noncurrentVersions", consequence: "old versions and deleted files stay on the disk until somebody removes them (bytepass purge)",
			without: each(func(r *types.LifecycleRule) { r.NoncurrentVersionExpiration = nil }),
		},
		{
			name: "abortIncompleteUploads", consequence: "the store does not abort unfinished uploads; the server's own sweeper does",
			without: each(func(r *types.LifecycleRule) { r.AbortIncompleteMultipartUpload = nil }),
		},
		{
			name: "expiredDeleteMarkers", consequence: "markers of deleted files stay; they take no space to speak of",
			without: each(func(r *types.LifecycleRule) {
				if r.Expiration != nil {
					r.Expiration = &types.LifecycleExpiration{Date: r.Expiration.Date, Days: r.Expiration.Days}
				}
			}),
		},
		{
			name: "expiration", consequence: "files that the template lets expire stay",
			without: each(func(r *types.LifecycleRule) {
				if r.Expiration != nil {
					r.Expiration = &types.LifecycleExpiration{ExpiredObjectDeleteMarker: r.Expiration.ExpiredObjectDeleteMarker}
				}
			}),
		},
	}
}

// asks reports whether a rule asks for anything.
func asks(r types.LifecycleRule) bool {
	return len(r.Transitions)+len(r.NoncurrentVersionTransitions) > 0 || r.NoncurrentVersionExpiration != nil ||
		r.AbortIncompleteMultipartUpload != nil || r.Expiration != nil && !isEmpty(canonicalJSON(r.Expiration))
}

func parseLifecycle(s *Settings, property []byte) error {
	var p struct {
		Rules []struct {
			Id, Prefix                     *string
			Status                         types.ExpirationStatus
			ObjectSizeGreaterThan          *json.Number // CloudFormation takes text and numbers
			ObjectSizeLessThan             *json.Number
			ExpirationInDays               *int32
			ExpiredObjectDeleteMarker      *bool
			AbortIncompleteMultipartUpload *types.AbortIncompleteMultipartUpload
			NoncurrentVersionExpiration    *types.NoncurrentVersionExpiration
			Transitions                    []struct {
				StorageClass     types.TransitionStorageClass
				TransitionInDays *int32
			}
			NoncurrentVersionTransitions []struct {
				StorageClass            types.TransitionStorageClass
				TransitionInDays        *int32
				NewerNoncurrentVersions *int32
			}
		}
		TransitionDefaultMinimumObjectSize types.TransitionDefaultMinimumObjectSize
	}
	if err := strict(property, &p); err != nil {
		return err
	}
	s.Lifecycle.SmallObjects = p.TransitionDefaultMinimumObjectSize
	for _, r := range p.Rules {
		larger, err := bytesOf(r.ObjectSizeGreaterThan)
		smaller, err2 := bytesOf(r.ObjectSizeLessThan)
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		rule := types.LifecycleRule{
			ID: r.Id, Status: r.Status, Filter: filter(r.Prefix, larger, smaller),
			AbortIncompleteMultipartUpload: r.AbortIncompleteMultipartUpload,
			NoncurrentVersionExpiration:    r.NoncurrentVersionExpiration,
		}
		if r.ExpirationInDays != nil || r.ExpiredObjectDeleteMarker != nil {
			rule.Expiration = &types.LifecycleExpiration{Days: r.ExpirationInDays, ExpiredObjectDeleteMarker: r.ExpiredObjectDeleteMarker}
		}
		for _, t := range r.Transitions {
			rule.Transitions = append(rule.Transitions, types.Transition{Days: t.TransitionInDays, StorageClass: t.StorageClass})
		}
		for _, t := range r.NoncurrentVersionTransitions {
			rule.NoncurrentVersionTransitions = append(rule.NoncurrentVersionTransitions, types.NoncurrentVersionTransition{
				NoncurrentDays: t.TransitionInDays, StorageClass: t.StorageClass, NewerNoncurrentVersions: t.NewerNoncurrentVersions,
			})
		}
		s.Lifecycle.Rules = append(s.Lifecycle.Rules, rule)
	}
	return nil
}

func bytesOf(n *json.Number) (*int64, error) {
	if n == nil {
		return nil, nil
	}
	size, err := n.Int64()
	return &size, err
}

// filter says which objects a rule is for: S3 takes one criterion as it is and
// several inside of And.
func filter(prefix *string, larger, smaller *int64) *types.LifecycleRuleFilter {
	if larger == nil && smaller == nil {
		return &types.LifecycleRuleFilter{Prefix: aws.String(aws.ToString(prefix))}
	}
	if aws.ToString(prefix) == "" && (larger == nil || smaller == nil) {
		return &types.LifecycleRuleFilter{ObjectSizeGreaterThan: larger, ObjectSizeLessThan: smaller}
	}
	return &types.LifecycleRuleFilter{And: &types.LifecycleRuleAndOperator{Prefix: prefix, ObjectSizeGreaterThan: larger, ObjectSizeLessThan: smaller}}
}

// normalLifecycle orders the rules and their steps, which have no order of their
// own, and drops their ids, the older spelling of the prefix and AWS's default.
func normalLifecycle(l Lifecycle) any {
	rules := slices.Clone(l.Rules)
	for i := range rules {
		if prefix := &rules[i].Prefix; rules[i].Filter == nil || *prefix != nil { //nolint:staticcheck // some stores still answer so
			rules[i].Filter, *prefix = filter(*prefix, nil, nil), nil
		}
		rules[i].ID = nil
		rules[i].Transitions, rules[i].NoncurrentVersionTransitions = bySpelling(rules[i].Transitions), bySpelling(rules[i].NoncurrentVersionTransitions)
	}
	if l.SmallObjects == types.TransitionDefaultMinimumObjectSizeAllStorageClasses128k {
		l.SmallObjects = ""
	}
	return Lifecycle{Rules: bySpelling(rules), SmallObjects: l.SmallObjects}
}
