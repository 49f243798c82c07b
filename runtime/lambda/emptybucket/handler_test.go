package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/server/embedded"
	"github.com/bytepass/bytepass/test/process"
)

const (
	bucket  = "to-empty"
	stackID = "arn:aws:cloudformation:us-east-1:111122223333:stack/bytepass-dev-storage/1"
)

// stack is a stack of one status.
type stack struct {
	status cfntypes.StackStatus
	err    error
}

func (s stack) DescribeStacks(_ context.Context, in *cloudformation.DescribeStacksInput, _ ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error) {
	if *in.StackName != stackID {
		return nil, fmt.Errorf("asked about %s", *in.StackName)
	}
	return &cloudformation.DescribeStacksOutput{Stacks: []cfntypes.Stack{{StackStatus: s.status}}}, s.err
}

// store runs a real S3 server until the test ends.
func store(t *testing.T) *s3.Client {
	t.Helper()
	address, err := process.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	s, err := embedded.Start(t.Context(), embedded.Config{
		Folder: folder, Metadata: embedded.Probe(folder), Listen: address,
		AccessKey: "root", SecretKey: "secret-of-root", Changed: func(string, string) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s.Client()
}

// fill makes the bucket with versions and markers, and returns how many.
func fill(t *testing.T, c *s3.Client) int {
	t.Helper()
	name, ctx := bucket, t.Context()
	if _, err := c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: &name, VersioningConfiguration: &s3types.VersioningConfiguration{Status: s3types.BucketVersioningStatusEnabled}}); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		key := fmt.Sprintf("u/alice/%d ü+%%", i)
		for range 3 {
			if _, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: &name, Key: &key, Body: strings.NewReader("x")}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &name, Key: &key}); err != nil {
			t.Fatal(err)
		}
	}
	return 20 * 4
}

func left(t *testing.T, c *s3.Client) int {
	t.Helper()
	name := bucket
	page, err := c.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &name})
	if err != nil {
		t.Fatal(err)
	}
	return len(identifiers(page))
}

func event(kind cfn.RequestType) cfn.Event {
	return cfn.Event{RequestType: kind, StackID: stackID, PhysicalResourceID: bucket, ResourceProperties: map[string]any{"Bucket": bucket}}
}

func TestHandle(t *testing.T) {
	c := store(t)
	made := fill(t, c)
	handle := func(s stackDescriber, e cfn.Event) error {
		t.Helper()
		id, _, err := handler{stacks: s, bucket: c, log: slog.New(slog.DiscardHandler)}.handle(t.Context(), e)
		if id != bucket {
			t.Errorf("%s: the resource's id is %q", e.RequestType, id)
		}
		return err
	}
	keeps := []struct {
		name  string
		stack stackDescriber
		event cfn.Event
		fails bool
	}{
		{"create", stack{status: cfntypes.StackStatusCreateInProgress}, event(cfn.RequestCreate), false},
		{"update", stack{status: cfntypes.StackStatusUpdateInProgress}, event(cfn.RequestUpdate), false},
		{"update of a stack that is going", stack{status: cfntypes.StackStatusDeleteInProgress}, event(cfn.RequestUpdate), false},
		{"taken out of the template", stack{status: cfntypes.StackStatusUpdateCompleteCleanupInProgress}, event(cfn.RequestDelete), false},
		{"an update rolled back", stack{status: cfntypes.StackStatusUpdateRollbackInProgress}, event(cfn.RequestDelete), false},
		{"a stack that nobody can tell of", stack{err: errors.New("AccessDenied")}, event(cfn.RequestDelete), true},
	}
	for _, test := range keeps {
		if err := handle(test.stack, test.event); (err != nil) != test.fails {
			t.Errorf("%s: the error is %v", test.name, err)
		}
		if got := left(t, c); got != made {
			t.Fatalf("%s: %d of %d versions are left", test.name, got, made)
		}
	}
	for range 2 { // CloudFormation may send an event twice
		if err := handle(stack{status: cfntypes.StackStatusDeleteInProgress}, event(cfn.RequestDelete)); err != nil {
			t.Fatal(err)
		}
		if got := left(t, c); got != 0 {
			t.Fatalf("%d versions are left", got)
		}
	}
	name := bucket
	if _, err := c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: &name}); err != nil {
		t.Fatalf("the emptied bucket cannot be deleted: %v", err)
	}
	if err := handle(stack{status: cfntypes.StackStatusRollbackInProgress}, event(cfn.RequestDelete)); err != nil {
		t.Errorf("a bucket that is gone: %v", err)
	}
}

// TestNoTimeLeft: the function answers before Lambda ends it, and the next
// delete of the stack goes on.
func TestNoTimeLeft(t *testing.T) {
	c := store(t)
	fill(t, c)
	_, _, err := handler{stacks: stack{status: cfntypes.StackStatusDeleteInProgress}, bucket: c, log: slog.New(slog.DiscardHandler)}.handle(almostOver{t.Context()}, event(cfn.RequestDelete))
	if err == nil || !strings.Contains(err.Error(), "delete the stack again") {
		t.Errorf("the error is %v", err)
	}
}

// almostOver is a context whose deadline is near and never comes: who waits for
// it waits in vain.
type almostOver struct{ context.Context }

func (almostOver) Deadline() (time.Time, bool) { return time.Now().Add(reserve), true }

func TestNoBucketNamed(t *testing.T) {
	h := handler{stacks: stack{}, log: slog.New(slog.DiscardHandler)}
	if _, _, err := h.handle(t.Context(), cfn.Event{RequestType: cfn.RequestCreate}); err == nil {
		t.Error("a resource without a bucket can be created")
	}
	if _, _, err := h.handle(t.Context(), cfn.Event{RequestType: cfn.RequestDelete, PhysicalResourceID: "x"}); err != nil {
		t.Errorf("a resource that could not be created cannot be deleted: %v", err)
	}
}
