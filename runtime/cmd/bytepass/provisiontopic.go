package main

import (
	"context"
	"errors"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/provision/onprem"
)

// topicPlan is what is to do about the topic of the notifications.
type topicPlan struct {
	hook    onprem.Webhook
	wanting bool
}

// topic looks for the topic of the webhook, on a store that has topics.
func (p *provisioning) topic(ctx context.Context, s *site) (topicPlan, error) {
	if s.kind != onpremTopics || p.webhookURL == "" {
		return topicPlan{}, nil
	}
	hook, err := p.webhook()
	if err != nil {
		return topicPlan{}, err
	}
	arn, right, err := s.topics.Find(ctx, s.target.Bucket, hook)
	if err != nil {
		return topicPlan{}, err
	}
	if arn != "" {
		s.target.Notify = s.kind.Notification(arn)
	} else {
		s.target.Apart["notification"] = "it goes to the topic that is made first"
	}
	return topicPlan{hook: hook, wanting: !right}, nil
}

// makeTopic makes the topic and adds what is to do with it to the plan.
func (p *provisioning) makeTopic(ctx context.Context, s *site, hook onprem.Webhook, diff provision.Diff) (provision.Diff, error) {
	arn, err := s.topics.Make(ctx, s.target.Bucket, hook)
	if err != nil {
		return diff, err
	}
	if s.target.Notify != nil {
		return diff, nil
	}
	delete(s.target.Apart, "notification")
	s.target.Notify = s.kind.Notification(arn)
	only, err := provision.Plan(ctx, s.target, s.settings)
	if err != nil {
		return diff, err
	}
	return diff.With("notification", only), nil
}

// webhook returns where the store sends its events.
func (b *bucketFlags) webhook() (onprem.Webhook, error) {
	if b.webhookSecret == "" {
		return onprem.Webhook{}, usageError{errors.New("--webhook-url: set BYTEPASS_WEBHOOK_SECRET, too: the store has to be told the secret")}
	}
	return onprem.Webhook{URL: b.webhookURL, Secret: b.webhookSecret}, nil
}
