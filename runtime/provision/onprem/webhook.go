package onprem

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Webhook is where a server takes the events of its store.
type Webhook struct {
	URL    string // such as https://files.example/events
	Secret string // for the Authorization header, or for the URL's last segment
}

// full is the URL for stores that know no header.
func (w Webhook) full() string { return strings.TrimRight(w.URL, "/") + "/" + w.Secret }

// MinIOTarget is the ARN of the webhook that Commands has an operator set up.
const MinIOTarget = "arn:minio:sqs::BYTEPASS:webhook"

// notificationID names our notification among others of the bucket.
const notificationID = "bytepass"

func changes() []types.Event { return []types.Event{"s3:ObjectCreated:*", "s3:ObjectRemoved:*"} }

// Notification returns the bucket's notification that goes to the target of
// this ARN; nil on stores that have none for buckets.
func (k Kind) Notification(arn string) *types.NotificationConfiguration {
	switch k {
	case MinIO:
		return &types.NotificationConfiguration{QueueConfigurations: []types.QueueConfiguration{
			{Id: aws.String(notificationID), QueueArn: &arn, Events: changes()},
		}}
	case Ceph:
		return &types.NotificationConfiguration{TopicConfigurations: []types.TopicConfiguration{
			{Id: aws.String(notificationID), TopicArn: &arn, Events: changes()},
		}}
	}
	return nil
}
