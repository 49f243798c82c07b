package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// reserve is the time that is left for the answer to CloudFormation when the
// function has to give up.
const reserve = 20 * time.Second

// stackDescriber is what the handler asks CloudFormation.
type stackDescriber interface {
	DescribeStacks(context.Context, *cloudformation.DescribeStacksInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error)
}

// handler answers the events of the custom resource (CloudFormation user guide,
// "Custom resources"). It may be called twice with the same event.
type handler struct {
	stacks stackDescriber
	bucket versionedBucket
	log    *slog.Logger
}

// handle does something on Delete only, and there only when the whole stack is
// going: when the resource alone leaves the template, because the stage now
// retains its data or the bucket is replaced, what is in the bucket stays.
func (h handler) handle(ctx context.Context, event cfn.Event) (id string, data map[string]any, err error) {
	name, _ := event.ResourceProperties["Bucket"].(string)
	if name == "" {
		// Failing to delete what was never made would block the stack for ever.
		if event.RequestType == cfn.RequestDelete {
			return event.PhysicalResourceID, nil, nil
		}
		return "", nil, errors.New("the property Bucket is missing: set it to the name of the bucket")
	}
	if event.RequestType != cfn.RequestDelete {
		return name, nil, nil
	}
	going, err := h.stackIsGoing(ctx, event.StackID)
	if err != nil || !going {
		h.log.Info("left the bucket as it is", "bucket", name, "error", err)
		return name, nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-reserve))
		defer cancel()
	}
	deleted, err := empty(ctx, h.bucket, name)
	h.log.Info("emptied", "bucket", name, "versions", deleted, "error", err)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("the bucket %s is not empty yet after %d versions: delete the stack again", name, deleted)
	}
	return name, nil, err
}

// stackIsGoing reports whether the stack is being deleted, or its creation
// rolled back.
func (h handler) stackIsGoing(ctx context.Context, stackID string) (bool, error) {
	out, err := h.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(stackID)})
	if err != nil {
		return false, fmt.Errorf("whether the stack is being deleted is not known, so its bucket stays: %w", err)
	}
	for _, stack := range out.Stacks {
		switch stack.StackStatus {
		case cfntypes.StackStatusDeleteInProgress, cfntypes.StackStatusRollbackInProgress:
			return true, nil
		}
	}
	return false, nil
}
