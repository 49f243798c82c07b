// Command ingest is the function that keeps the catalog equal to the bucket. It
// takes S3's events, as EventBridge puts them into a queue, and says which
// messages to deliver again. Package ingest says how it converges; its role may
// read heads, see what is missing, mark what it rejects as deleted, and write
// the catalog.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/catalog/dynamodb"
	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/runtime/ingest"
	"github.com/bytepass/bytepass/runtime/lambda/settings"
)

func main() {
	handler, err := wire(settings.New(os.LookupEnv), os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ingest:", err)
		os.Exit(1)
	}
	lambda.Start(handler)
}

// maxTombstoneDays is a hundred years: more is a mistake.
const maxTombstoneDays = 36_500

func wire(e *settings.Env, out io.Writer) (handler, error) {
	aws, name, table := e.AWS(), e.Required(env.Bucket), e.Required(env.Table)
	e.Required(env.TombstoneDays)
	days := e.Int(env.TombstoneDays, 0, 1, maxTombstoneDays)
	if err := e.Err(); err != nil {
		return handler{}, err
	}
	objects := s3.NewFromConfig(aws, func(o *s3.Options) { o.UsePathStyle = aws.BaseEndpoint != nil })
	return handler{ingest.New(ingest.Config{
		Bucket:  bucket.New(objects, name),
		Catalog: dynamodb.New(awsdynamodb.NewFromConfig(aws), table, time.Now),
		Name:    name,
		Keep:    time.Duration(days) * 24 * time.Hour,
		Log:     slog.New(slog.NewJSONHandler(out, nil)),
		Now:     time.Now,
	})}, nil
}

// batcher handles the messages of one event; *ingest.Projector is one.
type batcher interface {
	Batch(ctx context.Context, messages []ingest.Message) (failed []string)
}

// handler is the function: an event of SQS in, a partial batch response out
// (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).
type handler struct{ projector batcher }

type queueEvent struct {
	Records []struct {
		MessageID string `json:"messageId"`
		Body      string `json:"body"`
	} `json:"Records"`
}

type batchResponse struct {
	// Failures is never null: that would mean that all messages failed.
	Failures []failure `json:"batchItemFailures"`
}

type failure struct {
	MessageID string `json:"itemIdentifier"`
}

// Invoke handles one event. An error means that the event is none of SQS; all
// of its messages are then delivered again.
func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var e queueEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, fmt.Errorf("ingest: the event is not one of SQS: %w", err)
	}
	if len(e.Records) == 0 {
		return nil, errors.New("ingest: the event is not one of SQS: it has no Records")
	}
	messages := make([]ingest.Message, len(e.Records))
	for i, r := range e.Records {
		messages[i] = ingest.Message{ID: r.MessageID, Body: []byte(r.Body)}
	}
	res := batchResponse{Failures: []failure{}}
	for _, id := range h.projector.Batch(ctx, messages) {
		res.Failures = append(res.Failures, failure{id})
	}
	return json.Marshal(res)
}
