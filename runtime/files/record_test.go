package files

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestRecordID(t *testing.T) {
	ab, _ := Person("ab")
	abc, _ := Person("ab/c")
	group, _ := Group("ab")
	seen := map[string]string{}
	for name, r := range map[string]Record{
		"ab d":     {Space: ab, Key: "d"},
		"ab c/d":   {Space: ab, Key: "c/d"},
		"ab/c d":   {Space: abc, Key: "d"},
		"group ab": {Space: group, Key: "d"},
	} {
		id := r.ID()
		if other, taken := seen[id]; taken || len(id) != 32 {
			t.Errorf("%s has the id %q, as %s", name, id, other)
		}
		seen[id] = name
	}
	// An id is for ever, so its value is part of the contract.
	if got := RecordID(ab, "d"); got != "0c7f6ee7745e14b482609cfa41c619f4" {
		t.Errorf("the id of u/ab/d is %s", got)
	}
}

func TestRecordUserID(t *testing.T) {
	person, _ := Person("auth0|x/..")
	group, _ := Group("team")
	if got := (Record{Space: person}).UserID(); got != "auth0|x/.." {
		t.Errorf("the owner is %q", got)
	}
	if got := (Record{Space: group}).UserID(); got != "" {
		t.Errorf("a group's file has the owner %q", got)
	}
}

func TestRecordExpired(t *testing.T) {
	now := time.Unix(1000, 0)
	for expires, want := range map[time.Time]bool{{}: false, now: true, now.Add(-1): true, now.Add(1): false} {
		if got := (Record{ExpiresAt: expires}).Expired(now); got != want {
			t.Errorf("expires %v: %v", expires, got)
		}
	}
}

func TestProblem(t *testing.T) {
	cause := errors.New("secret cause")
	p := &Problem{Code: CodeTooLarge, Field: "size", Detail: "too much", Err: cause}
	if got := p.Error(); got != "too-large: size: too much" {
		t.Errorf("the text is %q", got)
	}
	if got := Problemf(CodeNotFound, "", "no %s", "file").Error(); got != "not-found: no file" {
		t.Errorf("the text is %q", got)
	}
	wrapped := fmt.Errorf("while signing: %w", p)
	if CodeOf(wrapped) != CodeTooLarge || !errors.Is(wrapped, cause) {
		t.Errorf("the chain of %v is broken", wrapped)
	}
	if CodeOf(cause) != CodeInternal || CodeOf(nil) != "" {
		t.Errorf("codes: %q, %q", CodeOf(cause), CodeOf(nil))
	}
}
