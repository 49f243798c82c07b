package signingkey_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/cfn"

	"github.com/bytepass/bytepass/runtime/signingkey"
	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

const stackID = "arn:aws:cloudformation:eu-central-1:111122223333:stack/bytepass-dev-storage/0f0f0f0f-0000-1111-2222-333344445555"

// stack is CloudFormation: it sends requests and keeps the answers.
type stack struct {
	t       *testing.T
	world   *world
	handler signingkey.Handler
	log     bytes.Buffer
	url     string
	answer  cfn.Response
	all     bytes.Buffer // every answer
}

func newStack(t *testing.T) *stack {
	s := &stack{t: t, world: newWorld()}
	bucket := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPut {
			t.Errorf("the answer came as %s (%v)", r.Method, err)
		}
		s.all.Write(body)
		s.answer = cfn.Response{}
		if err := json.Unmarshal(body, &s.answer); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(bucket.Close)
	s.url = bucket.URL + "/answer?X-Amz-Signature=s1gnature"
	p := &process{world: s.world}
	m, err := signingkey.New(signingkey.Config{
		CloudFront: p, Secrets: p, Now: p.clock,
		Sleep: func(context.Context, time.Duration) error { return nil },
		Log:   slog.New(slog.NewJSONHandler(&s.log, nil)),
	})
	must(t, err)
	s.handler.Manager = m
	return s
}

// send sends a request and returns CloudFormation's view of the outcome.
func (s *stack) send(kind cfn.RequestType, physicalID string, properties map[string]any) cfn.Response {
	s.t.Helper()
	if properties == nil {
		properties = map[string]any{"SecretArn": secretARN}
	}
	properties["ServiceToken"] = "arn:aws:lambda:eu-central-1:111122223333:function:signingkey"
	event, err := json.Marshal(cfn.Event{
		RequestType: kind, RequestID: "request-1", ResponseURL: s.url, ResourceType: "Custom::SigningKey",
		PhysicalResourceID: physicalID, LogicalResourceID: "SigningKey", StackID: stackID, ResourceProperties: properties,
	})
	must(s.t, err)
	must(s.t, s.handler.Invoke(s.t.Context(), event))
	return s.answer
}

func (s *stack) command(format string, args ...any) error {
	return s.handler.Invoke(s.t.Context(), fmt.Appendf(nil, format, args...))
}

func TestCustomResource(t *testing.T) {
	s := newStack(t)
	created := s.send(cfn.RequestCreate, "", nil)
	ring := s.world.wholesome(t, keyring.StatusActive)
	if created.Status != cfn.StatusSuccess || created.PhysicalResourceID != ring.KeyGroupID || created.Data[signingkey.AttributeKeyGroupID] != ring.KeyGroupID || len(created.Data) != 1 {
		t.Errorf("created: %+v", created)
	}
	if ring.RotateAfterDays != 90 || ring.Algorithm != keyring.ECDSAP256 {
		t.Errorf("the defaults are %d days and %s", ring.RotateAfterDays, ring.Algorithm)
	}
	if again := s.send(cfn.RequestCreate, "", nil); again.PhysicalResourceID != created.PhysicalResourceID {
		t.Error("a repeated creation made another key group")
	}
	updated := s.send(cfn.RequestUpdate, created.PhysicalResourceID, map[string]any{"SecretArn": secretARN, "RotateAfterDays": "30", "KeyAlgorithm": "ECDSA_P256"})
	if updated.Status != cfn.StatusSuccess || updated.PhysicalResourceID != created.PhysicalResourceID {
		t.Errorf("updated: %+v", updated)
	}
	if ring := s.world.wholesome(t, keyring.StatusActive); ring.RotateAfterDays != 30 {
		t.Errorf("the update was not taken over: %d days", ring.RotateAfterDays)
	}
	s.world.elapse(30 * 24 * time.Hour)
	must(t, s.command(`{"action":"rotate","secretArn":%q}`, secretARN))
	s.world.wholesome(t, keyring.StatusActive, keyring.StatusAdded)
	must(t, s.command(`{"action":"revoke","secretArn":%q}`, secretARN))
	s.world.wholesome(t, keyring.StatusActive)
	must(t, s.command(`{"action":"rotate-now","secretArn":%q}`, secretARN))
	s.world.wholesome(t, keyring.StatusActive, keyring.StatusAdded)

	for range 2 {
		if deleted := s.send(cfn.RequestDelete, created.PhysicalResourceID, nil); deleted.Status != cfn.StatusSuccess || deleted.PhysicalResourceID != created.PhysicalResourceID {
			t.Errorf("deleted: %+v", deleted)
		}
		s.world.wholesome(t, []keyring.Status{}...)
	}
}

func TestRefusedProperties(t *testing.T) {
	for wrong, properties := range map[string]map[string]any{
		"SecretArn":       {},
		"KeyAlgorithm":    {"SecretArn": secretARN, "KeyAlgorithm": "RSA_4096"},
		"RotateAfterDays": {"SecretArn": secretARN, "RotateAfterDays": "soon"},
		"RotateAfterDay ": {"SecretArn": secretARN, "RotateAfterDay ": "3"},
		"Tags":            {"SecretArn": secretARN, "Tags": []string{"x"}},
	} {
		s := newStack(t)
		created := s.send(cfn.RequestCreate, "", properties)
		what := wrong
		if wrong == "KeyAlgorithm" {
			what = "RSA_4096"
		}
		if created.Status != cfn.StatusFailed || created.PhysicalResourceID == "" || !strings.Contains(created.Reason, what) {
			t.Errorf("%s: created %+v", wrong, created)
		}
		if deleted := s.send(cfn.RequestDelete, created.PhysicalResourceID, properties); deleted.Status != cfn.StatusSuccess {
			t.Errorf("%s: deleted %+v", wrong, deleted)
		}
		s.world.wholesome(t, []keyring.Status{}...)
		if wrong == "SecretArn" {
			continue
		}
		created = s.send(cfn.RequestCreate, "", nil)
		if updated := s.send(cfn.RequestUpdate, created.PhysicalResourceID, properties); updated.Status != cfn.StatusFailed || updated.PhysicalResourceID != created.PhysicalResourceID {
			t.Errorf("%s: updated %+v", wrong, updated)
		}
		s.world.wholesome(t, keyring.StatusActive)
	}
}

// TestFailedCreationIsRolledBack kills a creation halfway and lets
// CloudFormation delete what it believes to be there: under the id of the
// failure's answer, and under one of its own when no answer came.
func TestFailedCreationIsRolledBack(t *testing.T) {
	for _, answered := range []bool{true, false} {
		s := newStack(t)
		s.world.onCall = func(_ int, call string) fate {
			if call == "CreateKeyGroup" {
				return answerLost
			}
			return pass
		}
		p := &process{world: s.world}
		s.handler.Manager = manager(t, p)
		created := s.send(cfn.RequestCreate, "", nil)
		if created.Status != cfn.StatusFailed || len(s.world.cloudFront.groups) != 1 {
			t.Fatalf("created: %+v", created)
		}
		id := created.PhysicalResourceID
		if !answered {
			id = "bytepass-dev-storage-SigningKey-1ABCDEFGHIJKL"
		}
		s.world.onCall, p.crashed = nil, false
		if deleted := s.send(cfn.RequestDelete, id, nil); deleted.Status != cfn.StatusSuccess {
			t.Errorf("deleted: %+v", deleted)
		}
		s.world.wholesome(t, []keyring.Status{}...)
	}
}

func TestCommands(t *testing.T) {
	s := newStack(t)
	for what, event := range map[string]string{
		"not JSON":         `rotate`,
		"not an object":    `[]`,
		"no action":        fmt.Sprintf(`{"secretArn":%q}`, secretARN),
		"no secret":        `{"action":"rotate"}`,
		"unknown action":   fmt.Sprintf(`{"action":"delete","secretArn":%q}`, secretARN),
		"unknown field":    fmt.Sprintf(`{"action":"rotate","secretArn":%q,"force":true}`, secretARN),
		"malformed custom": `{"RequestType":"Create","ResourceProperties":"none"}`,
	} {
		if err := s.command("%s", event); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if s.world.calls != 0 {
		t.Errorf("%d calls for events that are none", s.world.calls)
	}
	must(t, s.command(`{"action":"rotate","secretArn":%q}`, secretARN))
}

func TestName(t *testing.T) {
	name := signingkey.Name(stackID, "SigningKey", secretARN)
	if len(name) > 64 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || name != signingkey.Name(stackID, "SigningKey", secretARN) {
		t.Errorf("the name is %q", name)
	}
	for _, other := range []string{
		signingkey.Name(strings.Replace(stackID, "eu-central-1", "us-east-1", 1), "SigningKey", secretARN),
		signingkey.Name(stackID, "SigningKey2", secretARN),
		signingkey.Name(stackID, "SigningKey", secretARN+"2"),
	} {
		if other == name {
			t.Error("two resources have one name")
		}
	}
}
