package stores

import (
	"context"
	"errors"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Notify has the store tell its webhook of every object that is made or removed
// in the bucket. It reports whether it will: SeaweedFS has no such thing.
func (s *Store) Notify(ctx context.Context, bucket string) (bool, error) {
	if s.options.Webhook.URL == "" {
		return false, errors.New("stores: the store was started without a webhook")
	}
	events := []types.Event{"s3:ObjectCreated:*", "s3:ObjectRemoved:*"}
	var n types.NotificationConfiguration
	switch s.Kind {
	case VersityGW:
		return true, nil // it tells of all buckets
	case MinIO:
		n.QueueConfigurations = []types.QueueConfiguration{{Id: aws.String("bytepass"), QueueArn: aws.String(minIOTarget), Events: events}}
	case Ceph:
		topic, err := s.cephTopic(ctx)
		if err != nil {
			return false, err
		}
		n.TopicConfigurations = []types.TopicConfiguration{{Id: aws.String("bytepass"), TopicArn: &topic, Events: events}}
	default:
		return false, nil
	}
	_, err := s.Client.PutBucketNotificationConfiguration(ctx, &s3.PutBucketNotificationConfigurationInput{Bucket: &bucket, NotificationConfiguration: &n})
	return err == nil, err
}

// cephTopic makes the topic that stands for the webhook and returns its ARN
// (https://docs.ceph.com/en/pacific/radosgw/notifications/). Its events are kept
// until the webhook takes them.
func (s *Store) cephTopic(ctx context.Context) (string, error) {
	hook := s.options.Webhook
	var made struct {
		ARN string `xml:"CreateTopicResult>TopicArn"`
	}
	err := s.call(ctx, "sns", url.Values{
		"Action": {"CreateTopic"}, "Name": {"bytepass"},
		"Attributes.entry.1.key": {"push-endpoint"}, "Attributes.entry.1.value": {hook.URL + "/" + hook.Secret},
		"Attributes.entry.2.key": {"persistent"}, "Attributes.entry.2.value": {"true"},
	}, &made)
	if err == nil && made.ARN == "" {
		err = errors.New("stores: ceph has made a topic without an ARN")
	}
	return made.ARN, err
}
