package provision

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// notification is whom the store tells of changes: Amazon EventBridge, as the
// template says, or what the target has in its stead.
func notification() setting {
	return aspect[types.NotificationConfiguration]{
		name:        "notification",
		property:    "NotificationConfiguration",
		consequence: "the store tells nobody of uploads; the catalog hears of them by the store's own webhook, or by reconcile",
		parse:       parseNotification,
		want: func(s Settings, t Target) (types.NotificationConfiguration, bool) {
			if t.Notify != nil {
				return *t.Notify, true
			}
			return types.NotificationConfiguration{EventBridgeConfiguration: &types.EventBridgeConfiguration{}}, s.EventBridge
		},
		get: func(ctx context.Context, c Client, bucket *string) (types.NotificationConfiguration, error) {
			out, err := c.GetBucketNotificationConfiguration(ctx, &s3.GetBucketNotificationConfigurationInput{Bucket: bucket})
			if err != nil {
				return types.NotificationConfiguration{}, err
			}
			return types.NotificationConfiguration{
				EventBridgeConfiguration:     out.EventBridgeConfiguration,
				LambdaFunctionConfigurations: out.LambdaFunctionConfigurations,
				QueueConfigurations:          out.QueueConfigurations,
				TopicConfigurations:          out.TopicConfigurations,
			}, nil
		},
		put: func(ctx context.Context, c Client, bucket *string, n types.NotificationConfiguration) error {
			_, err := c.PutBucketNotificationConfiguration(ctx, &s3.PutBucketNotificationConfigurationInput{Bucket: bucket, NotificationConfiguration: &n})
			return err
		},
		normal: normalNotification,
		list:   listNotification,
		join: func(each []types.NotificationConfiguration) types.NotificationConfiguration {
			var all types.NotificationConfiguration
			for _, n := range each {
				if n.EventBridgeConfiguration != nil {
					all.EventBridgeConfiguration = n.EventBridgeConfiguration
				}
				all.LambdaFunctionConfigurations = append(all.LambdaFunctionConfigurations, n.LambdaFunctionConfigurations...)
				all.QueueConfigurations = append(all.QueueConfigurations, n.QueueConfigurations...)
				all.TopicConfigurations = append(all.TopicConfigurations, n.TopicConfigurations...)
			}
			return all
		},
	}
}

func parseNotification(s *Settings, property []byte) error {
	var p struct {
		EventBridgeConfiguration *struct{ EventBridgeEnabled *bool }
	}
	if err := strict(property, &p); err != nil {
		return err
	}
	if e := p.EventBridgeConfiguration; e != nil {
		s.EventBridge = e.EventBridgeEnabled == nil || *e.EventBridgeEnabled
	}
	return nil
}

func listNotification(n types.NotificationConfiguration) []item[types.NotificationConfiguration] {
	var items []item[types.NotificationConfiguration]
	add := func(id *string, one types.NotificationConfiguration) {
		items = append(items, item[types.NotificationConfiguration]{id: aws.ToString(id), value: one})
	}
	if n.EventBridgeConfiguration != nil {
		add(aws.String("EventBridge"), types.NotificationConfiguration{EventBridgeConfiguration: n.EventBridgeConfiguration})
	}
	for _, c := range n.LambdaFunctionConfigurations {
		add(c.Id, types.NotificationConfiguration{LambdaFunctionConfigurations: []types.LambdaFunctionConfiguration{c}})
	}
	for _, c := range n.QueueConfigurations {
		add(c.Id, types.NotificationConfiguration{QueueConfigurations: []types.QueueConfiguration{c}})
	}
	for _, c := range n.TopicConfigurations {
		add(c.Id, types.NotificationConfiguration{TopicConfigurations: []types.TopicConfiguration{c}})
	}
	return items
}

// normalNotification drops the names and sorts what has no order.
func normalNotification(n types.NotificationConfiguration) any {
	type told struct {
		To     string
		Events []types.Event
		Filter *types.NotificationConfigurationFilter
	}
	var all []told
	add := func(to *string, events []types.Event, filter *types.NotificationConfigurationFilter) {
		events = slices.Clone(events)
		slices.Sort(events)
		all = append(all, told{aws.ToString(to), events, filter})
	}
	for _, c := range n.LambdaFunctionConfigurations {
		add(c.LambdaFunctionArn, c.Events, c.Filter)
	}
	for _, c := range n.QueueConfigurations {
		add(c.QueueArn, c.Events, c.Filter)
	}
	for _, c := range n.TopicConfigurations {
		add(c.TopicArn, c.Events, c.Filter)
	}
	return map[string]any{"EventBridge": n.EventBridgeConfiguration != nil, "Told": bySpelling(all)}
}

// bySpelling returns a list that has no order of its own in the order of its
// members' canonical form.
func bySpelling[T any](list []T) []T {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b T) int { return slices.Compare(canonicalJSON(a), canonicalJSON(b)) })
	return out
}
