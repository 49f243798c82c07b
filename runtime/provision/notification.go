package provision

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Notifications that others have set up are kept: S3 only ever replaces the
// whole configuration.
func eventBridge() setting {
	return aspect[*types.NotificationConfiguration]{
		name:        "notification",
		property:    "NotificationConfiguration",
		consequence: "the store tells Amazon EventBridge nothing; the catalog hears of uploads in another way, or by reconcile",
		parse:       parseNotification,
		want: func(s Settings, _ Target) (*types.NotificationConfiguration, bool) {
			return &types.NotificationConfiguration{}, s.EventBridge
		},
		get: func(ctx context.Context, c Client, bucket *string) (*types.NotificationConfiguration, error) {
			out, err := c.GetBucketNotificationConfiguration(ctx, &s3.GetBucketNotificationConfigurationInput{Bucket: bucket})
			if err != nil {
				return nil, err
			}
			return &types.NotificationConfiguration{
				EventBridgeConfiguration:     out.EventBridgeConfiguration,
				LambdaFunctionConfigurations: out.LambdaFunctionConfigurations,
				QueueConfigurations:          out.QueueConfigurations,
				TopicConfigurations:          out.TopicConfigurations,
			}, nil
		},
		put: func(ctx context.Context, c Client, bucket *string, n *types.NotificationConfiguration) error {
			_, err := c.PutBucketNotificationConfiguration(ctx, &s3.PutBucketNotificationConfigurationInput{Bucket: bucket, NotificationConfiguration: n})
			return err
		},
		normal: func(n *types.NotificationConfiguration) any {
			if n == nil {
				return nil
			}
			others := *n
			others.EventBridgeConfiguration = nil
			return map[string]any{"EventBridge": n.EventBridgeConfiguration != nil, "Others": others}
		},
		merge: func(have, _ *types.NotificationConfiguration) *types.NotificationConfiguration {
			all := types.NotificationConfiguration{}
			if have != nil {
				all = *have
			}
			all.EventBridgeConfiguration = &types.EventBridgeConfiguration{}
			return &all
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
