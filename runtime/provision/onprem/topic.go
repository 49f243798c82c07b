package onprem

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Topics makes Ceph's topics, which stand for a webhook in the notifications of
// buckets (https://docs.ceph.com/en/latest/radosgw/notifications/).
type Topics struct {
	Endpoint, Region string
	Credentials      aws.CredentialsProvider
	HTTP             *http.Client
	Now              func() time.Time
}

// TopicWakes is how long Ceph may take until it tells of a new topic: its gateway
// looks for new queues every 30 seconds, give or take half a one, and has no
// setting for that (Manager::process_queues in its src/rgw/rgw_notify.cc).
const TopicWakes = 31 * time.Second

// TopicName is the name of the topic for a bucket.
func TopicName(bucket string) string { return "bytepass-" + bucket }

// Find returns the ARN of the bucket's topic, empty if there is none, and
// whether it goes to the webhook.
func (t Topics) Find(ctx context.Context, bucket string, hook Webhook) (arn string, right bool, err error) {
	var answer struct {
		Topics []struct {
			Name     string `xml:"Name"`
			ARN      string `xml:"TopicArn"`
			Endpoint struct {
				Address string `xml:"EndpointAddress"`
				Args    string `xml:"EndpointArgs"`
			} `xml:"EndPoint"`
		} `xml:"ListTopicsResult>Topics>member"`
	}
	if err := t.call(ctx, url.Values{"Action": {"ListTopics"}}, &answer); err != nil {
		return "", false, err
	}
	for _, topic := range answer.Topics {
		if topic.Name == TopicName(bucket) {
			return topic.ARN, topic.Endpoint.Address == hook.full() && strings.Contains(topic.Endpoint.Args, "persistent=true"), nil
		}
	}
	return "", false, nil
}

// Make makes the bucket's topic, or changes where it goes, and returns its ARN.
// Its events are kept until the webhook takes them.
func (t Topics) Make(ctx context.Context, bucket string, hook Webhook) (arn string, err error) {
	var answer struct {
		ARN string `xml:"CreateTopicResult>TopicArn"`
	}
	err = t.call(ctx, url.Values{
		"Action": {"CreateTopic"}, "Name": {TopicName(bucket)},
		"Attributes.entry.1.key": {"push-endpoint"}, "Attributes.entry.1.value": {hook.full()},
		"Attributes.entry.2.key": {"persistent"}, "Attributes.entry.2.value": {"true"},
	}, &answer)
	if err == nil && answer.ARN == "" {
		err = fmt.Errorf("onprem: the store made the topic %s and did not say its ARN", TopicName(bucket))
	}
	return answer.ARN, err
}

// maxAnswer bounds what is read of an answer in bytes.
const maxAnswer = 1 << 20

func (t Topics) call(ctx context.Context, form url.Values, into any) error {
	action, body := form.Get("Action"), []byte(form.Encode())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(t.Endpoint, "/")+"/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	keys, err := t.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, keys, req, hex.EncodeToString(sum[:]), "sns", t.Region, t.Now()); err != nil {
		return err
	}
	res, err := t.HTTP.Do(req)
	if err != nil {
		return fmt.Errorf("onprem: %s: %w", action, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("onprem: %s: %w", action, err)
	}
	if res.StatusCode != http.StatusOK {
		var said struct {
			Code string `xml:"Code"`
		}
		_ = xml.Unmarshal(text, &said) // an answer that is no XML leaves the status
		return fmt.Errorf("onprem: %s was answered with %d %s", action, res.StatusCode, said.Code)
	}
	if err := xml.Unmarshal(text, into); err != nil {
		return fmt.Errorf("onprem: the answer to %s is no XML: %w", action, err)
	}
	return nil
}
