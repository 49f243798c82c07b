package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Event says that something happened to an object, no matter what.
type Event struct {
	Bucket string
	// Key is the object key. It is empty when the store says only that some
	// object changed, as versitygw does for form uploads.
	Key string
}

// KeyEncoding is how a store writes keys in its notifications. "a+b" is a key in
// each of them, but not the same.
type KeyEncoding int

const (
	// BySender finds out by who has sent the notification: see plain.
	BySender KeyEncoding = iota
	// FormEncoded keys are those of S3, MinIO and RustFS: a space is a plus
	// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html).
	FormEncoded
	// Plain keys are those of versitygw and Ceph: UTF-8 as it is.
	Plain
)

// Decode reads one message about objects: an event of S3 from EventBridge, or a
// notification in the form of S3, which other stores send to webhooks too. keys
// is the encoding in notifications; keys from EventBridge are always plain. A
// store's test message has no events. The error names what is missing or wrong.
func Decode(body []byte, keys KeyEncoding) ([]Event, error) {
	var m message
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, fmt.Errorf("ingest: the message is no event: %w", err)
	}
	switch {
	case m.Source == "aws.s3":
		return m.Detail.event()
	case m.Event == "s3:TestEvent":
		return nil, nil
	case len(m.Records) > 0:
		events := make([]Event, 0, len(m.Records))
		for i, r := range m.Records {
			e, err := r.event(keys)
			if err != nil {
				return nil, fmt.Errorf("ingest: Records[%d]: %w", i, err)
			}
			events = append(events, e)
		}
		return events, nil
	case m.Source != "":
		return nil, fmt.Errorf("ingest: the event is from %q; only aws.s3 is known", m.Source)
	default:
		return nil, errors.New("ingest: the message is no event: it has neither a source nor Records")
	}
}

// message is both forms at once
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html).
type message struct {
	Source  string     `json:"source"` // EventBridge
	Detail  subject    `json:"detail"`
	Records []s3record `json:"Records"` // S3 notification
	Event   string     `json:"Event"`   // S3 test message
}

type s3record struct {
	EventSource string  `json:"eventSource"`
	EventName   string  `json:"eventName"`
	S3          subject `json:"s3"`
}

type subject struct {
	Bucket struct {
		Name string `json:"name"`
	} `json:"bucket"`
	Object struct {
		Key string `json:"key"`
	} `json:"object"`
}

func (s subject) event() ([]Event, error) {
	if s.Object.Key == "" {
		return nil, errors.New("ingest: the event has no detail.object.key")
	}
	return []Event{{Bucket: s.Bucket.Name, Key: s.Object.Key}}, nil
}

func (r s3record) event(keys KeyEncoding) (Event, error) {
	e := Event{Bucket: r.S3.Bucket.Name, Key: r.S3.Object.Key}
	plain := keys == Plain || keys == BySender && r.plain()
	switch {
	case e.Key == "" && plain && r.EventName == "s3:ObjectCreated:Post":
		return e, nil
	case e.Key == "":
		return Event{}, errors.New("no s3.object.key")
	case plain:
		return e, nil
	}
	key, err := url.QueryUnescape(e.Key)
	if err != nil {
		return Event{}, fmt.Errorf("s3.object.key is not form-encoded: %w", err)
	}
	e.Key = key
	return e, nil
}

// plain reports whether the sender writes keys as they are. MinIO and RustFS
// encode the slashes that every key of ours has; S3 keeps them, and encodes the
// rest. Ceph says its name, and versitygw is known by what it says of S3: its
// events begin with "s3:", which in S3's own notifications they do not.
func (r s3record) plain() bool {
	fromVersitygw := r.EventSource == "aws:s3" && strings.HasPrefix(r.EventName, "s3:")
	return (r.EventSource == "ceph:s3" || fromVersitygw) && (r.S3.Object.Key == "" || strings.Contains(r.S3.Object.Key, "/"))
}
