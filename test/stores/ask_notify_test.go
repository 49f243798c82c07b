package stores

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func notifications() chapter {
	const looks = "`serve` looks through the store for uploads itself, every five seconds (`--poll-every`)"
	const gone = "what Bytepass deletes it knows at once; what others delete is found by the next comparison, at most an hour later (`--reconcile-every`)"
	const later = "the list follows at the next reconcile, at most an hour later (`--reconcile-every`)"
	return chapter{"Notifications by webhook", []check{
		{"tells of an upload", looks, told("notify/put", "ObjectCreated", func(a *asker) { a.put("notify/put", "x") })},
		{"tells the key of an upload by a form", "`serve` takes such an event as a sign to look through the store", told("notify/form", "ObjectCreated", func(a *asker) { a.post("notify/form", "hello", nil) })},
		{"tells of an upload in parts", looks, told("notify/parts", "ObjectCreated", func(a *asker) {
			if err := a.complete(a.parts(a.begin("notify/parts"), partSize)); err != nil {
				a.Error(err)
			}
		})},
		{"tells of a deletion", gone, told("notify/deleted", "ObjectRemoved", func(a *asker) {
			a.put("notify/deleted", "x")
			a.remove("notify/deleted", "")
		})},
		{"tells again what was not taken", later, told(refusedOnce+"a", "ObjectCreated", func(a *asker) { a.put(refusedOnce+"a", "x") })},
	}}
}

const (
	// firstTold is the first change that a store tells of. Ceph takes half a
	// minute before it tells of a new topic, and a busy machine takes its time.
	firstTold = "notify/first"
	waking    = 2 * time.Minute
	// patience is for what has not come when the event of a later change has.
	// MinIO tells again after three seconds.
	patience = 10 * time.Second
)

// told is the answer of a store that has to tell of a change of key.
func told(key, event string, change func(*asker)) func(*asker) string {
	return func(a *asker) string {
		if a.store.Kind == SeaweedFS {
			return "no: " + a.refusesNotifications()
		}
		if !a.awake {
			a.awake = within(waking, func() bool { return a.hook.was("ObjectCreated " + firstTold) })
		}
		change(a)
		return when(a.hears(event+" "+key, "notify/later than "+key), "it does not")
	}
}

// hears waits for an event, until there was time enough for it: that of a later
// change has come.
func (a *asker) hears(event, later string) bool {
	a.Helper()
	a.put(later, "x")
	within(waking, func() bool { return a.hook.was(event) || a.hook.was("ObjectCreated "+later) })
	return within(patience, func() bool { return a.hook.was(event) })
}

// refusesNotifications returns what a store says that has none.
func (a *asker) refusesNotifications() string {
	_, err := a.client.PutBucketNotificationConfiguration(a.Context(), &s3.PutBucketNotificationConfigurationInput{
		Bucket: a.bucket, NotificationConfiguration: &types.NotificationConfiguration{TopicConfigurations: []types.TopicConfiguration{
			{TopicArn: aws.String("arn:aws:sns:us-east-1:000000000000:topic"), Events: []types.Event{"s3:ObjectCreated:*"}},
		}},
	})
	return answer(err)
}
