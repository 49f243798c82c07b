package provision

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func tags() setting {
	return aspect[map[string]string]{
		name:        "tags",
		property:    "Tags",
		consequence: "the bucket cannot be found or billed by its tags",
		parse: func(s *Settings, property []byte) error {
			var list []struct{ Key, Value string }
			err := strict(property, &list)
			s.Tags = map[string]string{}
			for _, t := range list {
				s.Tags[t.Key] = t.Value
			}
			return err
		},
		want: func(s Settings, _ Target) (map[string]string, bool) { return s.Tags, len(s.Tags) > 0 },
		get: func(ctx context.Context, c Client, bucket *string) (map[string]string, error) {
			out, err := c.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: bucket})
			if err != nil {
				return nil, err
			}
			got := map[string]string{}
			for _, t := range out.TagSet {
				if key := aws.ToString(t.Key); !strings.HasPrefix(key, "aws:") { // AWS keeps those itself, and lets nobody write them
					got[key] = aws.ToString(t.Value)
				}
			}
			return got, nil
		},
		put: func(ctx context.Context, c Client, bucket *string, want map[string]string) error {
			var set []types.Tag
			for _, key := range slices.Sorted(maps.Keys(want)) {
				set = append(set, types.Tag{Key: &key, Value: aws.String(want[key])})
			}
			_, err := c.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{Bucket: bucket, Tagging: &types.Tagging{TagSet: set}})
			return err
		},
		normal: func(all map[string]string) any { // a list, of which a tag without a value is a member
			list := []struct{ Key, Value string }{}
			for _, key := range slices.Sorted(maps.Keys(all)) {
				list = append(list, struct{ Key, Value string }{key, all[key]})
			}
			return list
		},
		list: func(all map[string]string) []item[map[string]string] {
			var items []item[map[string]string]
			for _, key := range slices.Sorted(maps.Keys(all)) {
				items = append(items, item[map[string]string]{id: key, value: map[string]string{key: all[key]}})
			}
			return items
		},
		join: func(each []map[string]string) map[string]string {
			all := map[string]string{}
			for _, tag := range each {
				maps.Copy(all, tag)
			}
			return all
		},
	}
}
