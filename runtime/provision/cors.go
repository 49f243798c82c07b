package provision

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func cors() setting {
	return aspect[[]types.CORSRule]{
		name:        "cors",
		property:    "CorsConfiguration",
		consequence: "browsers cannot upload or download; programs can",
		parse:       parseCORS,
		want: func(s Settings, _ Target) ([]types.CORSRule, bool) {
			return s.CORS, len(s.CORS) > 0
		},
		get: func(ctx context.Context, c Client, bucket *string) ([]types.CORSRule, error) {
			out, err := c.GetBucketCors(ctx, &s3.GetBucketCorsInput{Bucket: bucket})
			if err != nil {
				return nil, err
			}
			return out.CORSRules, nil
		},
		put: func(ctx context.Context, c Client, bucket *string, rules []types.CORSRule) error {
			_, err := c.PutBucketCors(ctx, &s3.PutBucketCorsInput{Bucket: bucket, CORSConfiguration: &types.CORSConfiguration{CORSRules: rules}})
			return err
		},
		normal:  normalCORS,
		ordered: true, // the first rule that fits decides
		list: func(rules []types.CORSRule) []item[[]types.CORSRule] {
			var items []item[[]types.CORSRule]
			for _, r := range rules {
				items = append(items, item[[]types.CORSRule]{id: aws.ToString(r.ID), value: []types.CORSRule{r}})
			}
			return items
		},
		join: func(all [][]types.CORSRule) []types.CORSRule { return slices.Concat(all...) },
	}
}

func parseCORS(s *Settings, property []byte) error {
	var p struct {
		CorsRules []struct {
			AllowedHeaders, AllowedMethods, AllowedOrigins, ExposedHeaders []string

			Id     *string
			MaxAge *int32
		}
	}
	if err := strict(property, &p); err != nil {
		return err
	}
	for _, r := range p.CorsRules {
		s.CORS = append(s.CORS, types.CORSRule{
			ID: r.Id, AllowedHeaders: r.AllowedHeaders, AllowedMethods: r.AllowedMethods,
			AllowedOrigins: r.AllowedOrigins, ExposeHeaders: r.ExposedHeaders, MaxAgeSeconds: r.MaxAge,
		})
	}
	return nil
}

// normalCORS sorts the sets inside of each rule and drops the rules' ids, but
// keeps the rules in their order.
func normalCORS(rules []types.CORSRule) any {
	out := slices.Clone(rules)
	for i, r := range out {
		out[i] = types.CORSRule{
			AllowedHeaders: sorted(lower(r.AllowedHeaders)), AllowedMethods: sorted(r.AllowedMethods),
			AllowedOrigins: sorted(r.AllowedOrigins), ExposeHeaders: sorted(lower(r.ExposeHeaders)),
			MaxAgeSeconds: aws.Int32(aws.ToInt32(r.MaxAgeSeconds)),
		}
	}
	return out
}

func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return out
}

func lower(list []string) []string {
	out := slices.Clone(list)
	for i := range out {
		out[i] = strings.ToLower(out[i])
	}
	return out
}
