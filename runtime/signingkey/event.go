package signingkey

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/cfn"

	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

// AttributeKeyGroupID is the one attribute of the custom resource.
const AttributeKeyGroupID = "KeyGroupId"

// defaultRotateAfterDays is used when the resource says nothing.
const defaultRotateAfterDays = 90

// timeToAnswer is kept back from the function's timeout, so that a request
// that has to give up still tells CloudFormation so.
const timeToAnswer = 10 * time.Second

// Handler answers the function's invocations: CloudFormation's custom resource
// requests, the schedule's events, and an operator's.
type Handler struct{ Manager *Manager }

// command is what the schedule and operators send.
type command struct {
	Action    string `json:"action"`
	SecretARN string `json:"secretArn"`
}

// Invoke handles one event, whichever kind it is. A custom resource request is
// answered at its ResponseURL, failures too, and gives an error only when that
// cannot be done; a command's error is the invocation's. No error holds the
// ResponseURL, which is a credential.
func (h Handler) Invoke(ctx context.Context, event json.RawMessage) error {
	var kind struct{ RequestType string }
	if err := json.Unmarshal(event, &kind); err != nil {
		return errors.New("signingkey: the event is not a JSON object")
	}
	if kind.RequestType == "" {
		return h.command(ctx, event)
	}
	var request cfn.Event
	if err := json.Unmarshal(event, &request); err != nil {
		return errors.New("signingkey: the event is not a custom resource request")
	}
	_, err := cfn.LambdaWrap(h.resource)(ctx, request)
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err
	}
	if err != nil {
		return fmt.Errorf("signingkey: answer CloudFormation: %w", err)
	}
	return nil
}

func (h Handler) command(ctx context.Context, event []byte) error {
	var c command
	decoder := json.NewDecoder(bytes.NewReader(event))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return errors.New(`signingkey: send {"action":"rotate","secretArn":"arn:…"} and nothing else`)
	}
	if c.SecretARN == "" {
		return errors.New("signingkey: secretArn is missing; give the ARN of the signing key's secret")
	}
	switch c.Action {
	case "rotate":
		return h.Manager.Rotate(ctx, c.SecretARN)
	case "rotate-now":
		return h.Manager.RotateNow(ctx, c.SecretARN)
	case "revoke":
		return h.Manager.Revoke(ctx, c.SecretARN)
	}
	return fmt.Errorf("signingkey: action %q; choose rotate, rotate-now or revoke", c.Action)
}

// resource carries a custom resource request out. The physical id is the key
// group's; a creation that fails answers with the name that Remove finds its
// remains by.
func (h Handler) resource(ctx context.Context, e cfn.Event) (physicalID string, data map[string]any, err error) {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-timeToAnswer))
		defer cancel()
	}
	p, err := parseProperties(e.ResourceProperties)
	name := Name(e.StackID, e.LogicalResourceID, p.secretARN)
	if e.RequestType == cfn.RequestDelete {
		if p.secretARN == "" {
			return e.PhysicalResourceID, nil, nil // refused at creation: nothing was made
		}
		return e.PhysicalResourceID, nil, h.Manager.Remove(ctx, p.secretARN, name, e.PhysicalResourceID)
	}
	failed := name
	if e.RequestType == cfn.RequestUpdate {
		failed = e.PhysicalResourceID
	}
	if err != nil {
		return failed, nil, err
	}
	id, err := h.Manager.Ensure(ctx, p.secretARN, Settings{Name: name, Algorithm: p.algorithm, RotateAfterDays: p.rotateAfterDays})
	if err != nil {
		return failed, nil, err
	}
	return id, map[string]any{AttributeKeyGroupID: id}, nil
}

// Name is the key group's name: the same for a resource for ever, and another
// for every other resource, stack, region and secret, because key groups are
// the account's, not the region's.
func Name(stackID, logicalID, secretARN string) string {
	sum := sha256.Sum256([]byte(stackID + "\n" + logicalID + "\n" + secretARN))
	return "bytepass-" + hex.EncodeToString(sum[:10])
}

type properties struct {
	secretARN       string
	algorithm       keyring.Algorithm
	rotateAfterDays int
}

// parseProperties reads the resource's properties strictly; CloudFormation
// sends every value as a string. The secret's ARN is returned with an error,
// too, so that what was refused can be deleted.
func parseProperties(given map[string]any) (properties, error) {
	p := properties{rotateAfterDays: defaultRotateAfterDays}
	p.secretARN, _ = given["SecretArn"].(string)
	var algorithm string
	for _, name := range slices.Sorted(maps.Keys(given)) {
		s, ok := given[name].(string)
		if !ok {
			return p, fmt.Errorf("signingkey: property %s is not a string", name)
		}
		switch name {
		case "ServiceToken", "ServiceTimeout", "SecretArn":
		case "KeyAlgorithm":
			algorithm = s
		case "RotateAfterDays":
			days, err := strconv.Atoi(s)
			if err != nil || days < 0 || days > 3650 {
				return p, fmt.Errorf("signingkey: property RotateAfterDays is %q; give 0 (only on demand) to 3650", s)
			}
			p.rotateAfterDays = days
		default:
			return p, fmt.Errorf("signingkey: unknown property %s; known are SecretArn, KeyAlgorithm, RotateAfterDays", name)
		}
	}
	if p.secretARN == "" {
		return p, errors.New("signingkey: property SecretArn is missing; give the ARN of an empty secret")
	}
	var err error
	p.algorithm, err = keyring.ParseAlgorithm(algorithm)
	return p, err
}
