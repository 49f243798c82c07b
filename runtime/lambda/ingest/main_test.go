package main

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/bytepass/bytepass/runtime/ingest"
)

// batch is a projector that keeps what it is given and fails what it is told to.
type batch struct {
	got  []ingest.Message
	fail []string
}

func (b *batch) Batch(_ context.Context, messages []ingest.Message) []string {
	b.got = messages
	return b.fail
}

const created = `{"version":"0","id":"17793124-05d4-b198-2fde-7ededc63b103","detail-type":"Object Created","source":"aws.s3",` +
	`"account":"123456789012","time":"2026-10-03T14:15:16Z","region":"eu-central-1","resources":["arn:aws:s3:::files"],` +
	`"detail":{"version":"0","bucket":{"name":"files"},"object":{"key":"u/alice/a b+c%.txt","size":5,"etag":"5d41402abc4b2a76b9719d911017c592",` +
	`"version-id":"IYV3p45BT0ac8hjHg1houSdS1a.Mro8e","sequencer":"00617F08299329D189"},"request-id":"N4N7GDK58NMKJ12R",` +
	`"requester":"123456789012","source-ip-address":"203.0.113.7","reason":"PutObject"}}`

// event returns what Lambda hands over for messages with these bodies.
func event(t *testing.T, bodies ...string) []byte {
	t.Helper()
	var e events.SQSEvent
	for i, body := range bodies {
		e.Records = append(e.Records, events.SQSMessage{MessageId: string(rune('a' + i)), Body: body, EventSource: "aws:sqs"})
	}
	raw, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestInvoke(t *testing.T) {
	for name, tc := range map[string]struct {
		fail []string
		want string
	}{
		"all went well":     {[]string{}, `{"batchItemFailures":[]}`},
		"nothing to report": {nil, `{"batchItemFailures":[]}`},
		"one failed":        {[]string{"b"}, `{"batchItemFailures":[{"itemIdentifier":"b"}]}`},
	} {
		b := &batch{fail: tc.fail}
		got, err := handler{b}.Invoke(t.Context(), event(t, created, "garbage"))
		if err != nil || string(got) != tc.want {
			t.Errorf("%s: got %s, %v, want %s", name, got, err, tc.want)
		}
		if want := []ingest.Message{{ID: "a", Body: []byte(created)}, {ID: "b", Body: []byte("garbage")}}; !reflect.DeepEqual(b.got, want) {
			t.Errorf("%s: handed on %q", name, b.got)
		}
	}
}

func TestEventsOfOthers(t *testing.T) {
	for _, payload := range []string{"{", "[]", "{}", created} {
		if got, err := (handler{&batch{}}).Invoke(t.Context(), []byte(payload)); err == nil || !strings.Contains(err.Error(), "not one of SQS") {
			t.Errorf("%.20s: got %s, %v", payload, got, err)
		}
	}
}
