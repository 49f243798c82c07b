package signingkey_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/cfn"

	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

// TestNothingSecretLeaks lives through everything and looks for private keys
// and for the answer's URL in all that others can read.
func TestNothingSecretLeaks(t *testing.T) {
	s := newStack(t)
	created := s.send(cfn.RequestCreate, "", nil)
	for range 4 {
		must(t, s.command(`{"action":"rotate-now","secretArn":%q}`, secretARN))
		s.world.elapse(3 * time.Hour)
	}
	must(t, s.command(`{"action":"revoke","secretArn":%q}`, secretARN))
	var errs []string
	s.world.onCall = func(int, string) fate { return notArrived }
	p := &process{world: s.world}
	s.handler.Manager = manager(t, p)
	errs = append(errs, fmt.Sprint(s.command(`{"action":"rotate","secretArn":%q}`, secretARN)))
	s.send(cfn.RequestUpdate, created.PhysicalResourceID, nil)
	s.world.onCall, p.crashed = nil, false
	s.url = "http://127.0.0.1:1/answer?X-Amz-Signature=s1gnature"
	event := fmt.Sprintf(`{"RequestType":"Delete","ResponseURL":%q,"StackId":%q,"LogicalResourceId":"SigningKey","ResourceProperties":{"SecretArn":%q}}`, s.url, stackID, secretARN)
	err := s.command("%s", event)
	if err == nil {
		t.Error("an answer that cannot be given is no error")
	}
	errs = append(errs, fmt.Sprint(err))

	public := s.log.String() + s.all.String() + strings.Join(errs, "\n")
	if !strings.Contains(public, created.PhysicalResourceID) || !strings.Contains(public, "fault") {
		t.Fatal("the log, the answers or the errors were not collected")
	}
	found := 0
	for _, value := range s.world.secret.versions {
		ring, err := keyring.Parse(value)
		must(t, err)
		for _, k := range ring.Keys {
			for _, line := range strings.Split(k.PrivateKey, "\n") {
				if len(line) > 8 && !strings.HasPrefix(line, "-----") {
					found++
					if strings.Contains(public, line) {
						t.Error("a private key is in the log, an answer or an error")
					}
				}
			}
		}
	}
	if found == 0 {
		t.Error("there was no private key to look for")
	}
	for _, word := range []string{"PRIVATE KEY", "s1gnature"} {
		if strings.Contains(public, word) {
			t.Errorf("%q is in the log, an answer or an error", word)
		}
	}
}
