package provision

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Bench is where settings are tried: a scratch bucket, and another one after a
// setting under which the first no longer takes objects.
type Bench struct {
	scratch *Scratch
	bucket  string
	made    []string // all scratch buckets
	// kept writes the settings that were found good, in their order.
	kept []func(ctx context.Context, bucket string) error
}

// keep notes a setting that is good.
func (b *Bench) keep(write func(ctx context.Context, bucket string) error) {
	b.kept = append(b.kept, write)
}

// renew goes on with a new bucket that has the settings that were found good.
func (b *Bench) renew(ctx context.Context) error {
	if err := b.begin(ctx); err != nil {
		return err
	}
	for _, write := range b.kept {
		if err := write(ctx, b.bucket); err != nil {
			return fmt.Errorf("provision: writing the scratch bucket %s: %w", b.bucket, err)
		}
	}
	return nil
}

// begin makes a scratch bucket. It is noted before it is made, so that it is
// removed whatever is heard of that, unless the store says that it made none.
func (b *Bench) begin(ctx context.Context) error {
	name, err := b.scratch.name()
	if err != nil {
		return err
	}
	b.bucket, b.made = name, append(b.made, name)
	err = createBucket(ctx, Target{Client: b.scratch.Client, Bucket: name, Region: b.scratch.Region})
	refused := answerOf(err).status/100 == 4 && answerOf(err).status != http.StatusConflict // with one whose answer was lost
	if refused || errors.As(err, new(*NamedWrongly)) {
		b.made = b.made[:len(b.made)-1]
	}
	return err
}

// trialKey is the only object that is ever in a scratch bucket. It is where
// those of persons are, so that what a policy says of them is tried on it.
const trialKey = "u/.bytepass-probe"

// works stores an object as the server does and as a client does by a URL, and
// reads it. The gap is nil if the store takes part in all of that.
func (b *Bench) works(ctx context.Context) (refused, err error) {
	steps := []func(context.Context) error{b.put, b.putByURL, b.getByURL}
	for _, step := range steps {
		err := step(ctx)
		switch {
		case err == nil:
		case answerOf(err).status != 0:
			return err, nil
		default:
			return nil, err
		}
	}
	return nil, nil
}

func (b *Bench) put(ctx context.Context) error {
	_, err := b.scratch.Client.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.bucket, Key: aws.String(trialKey), Body: strings.NewReader("x")})
	return err
}

// urlLife is how long the URLs are good that are tried.
const urlLife = time.Minute

func (b *Bench) putByURL(ctx context.Context) error {
	r, err := s3.NewPresignClient(b.scratch.Client, s3.WithPresignExpires(urlLife)).
		PresignPutObject(ctx, &s3.PutObjectInput{Bucket: &b.bucket, Key: aws.String(trialKey)})
	if err != nil {
		return err
	}
	return b.send(ctx, r.Method, r.URL, "x")
}

func (b *Bench) getByURL(ctx context.Context) error {
	r, err := s3.NewPresignClient(b.scratch.Client, s3.WithPresignExpires(urlLife)).
		PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &b.bucket, Key: aws.String(trialKey)})
	if err != nil {
		return err
	}
	return b.send(ctx, r.Method, r.URL, "")
}

// send uses a URL as a client does. What the store refuses is a *refusal.
func (b *Bench) send(ctx context.Context, method, signed, body string) error {
	req, err := http.NewRequestWithContext(ctx, method, signed, strings.NewReader(body))
	if err != nil {
		return err
	}
	client := b.scratch.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		var sending *url.Error
		if errors.As(err, &sending) {
			err = sending.Err // without the URL, which is a secret
		}
		return fmt.Errorf("provision: using a presigned %s: %w", method, err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16)); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return &refusal{method: method, status: res.StatusCode}
	}
	return nil
}

// refusal is a presigned URL that the store does not take.
type refusal struct {
	method string
	status int
}

// Error says which URL it was by what it is for.
func (r *refusal) Error() string {
	return fmt.Sprintf("a presigned %s is answered with %d", r.method, r.status)
}
