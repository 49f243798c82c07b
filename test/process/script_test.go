package process

import (
	"context"
	"strings"
	"testing"
)

// A script gets its configuration and says where it is ready; it ends with its
// input, once.
func TestScript(t *testing.T) {
	s, err := StartScript(t.Context(), map[string]int{"port": 7}, []string{"A=1"}, "sh", "-c", `read -r line; echo "ready $line $A"; cat`)
	if err != nil {
		t.Fatal(err)
	}
	if s.URL != `{"port":7} 1` {
		t.Errorf("it is ready at %q", s.URL)
	}
	for range 2 {
		if err := s.End(); err != nil {
			t.Error(err)
		}
	}
}

// The end of its context ends it too.
func TestScriptOfContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, err := StartScript(ctx, nil, nil, "sh", "-c", `echo ready x; cat`)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := s.End(); err != nil {
		t.Error(err)
	}
}

func TestScriptFails(t *testing.T) {
	_, err := StartScript(t.Context(), nil, nil, "sh", "-c", `echo no key >&2; exit 3`)
	if err == nil || !strings.Contains(err.Error(), "no key") || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("the error is %v", err)
	}
	if _, err := StartScript(t.Context(), nil, nil, "sh", "-c", `echo hello; cat`); err == nil || !strings.Contains(err.Error(), `"hello\n"`) {
		t.Errorf("the error is %v", err)
	}
}
