package transfer

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/bytepass/bytepass/runtime/client"
)

// TestBatchEnds: what concerns all items is told once, and ends the batch; what
// concerns one does not.
func TestBatchEnds(t *testing.T) {
	for name, tc := range map[string]struct {
		err   error
		tried int
	}{
		"a broken file":  {errors.New("no such file"), 5},
		"no such key":    {&client.Problem{Code: client.CodeNotFound}, 5},
		"no token":       {&client.Problem{Code: client.CodeUnauthenticated}, 1},
		"a full store":   {client.Temporary(&client.Problem{Code: client.CodeStoreFull}, 0), 1},
		"nobody answers": {fmt.Errorf("http://127.0.0.1:1 %w", client.ErrUnreachable), 1},
		"another API":    {fmt.Errorf("http://127.0.0.1:1 %w", client.ErrNotBytepass), 1},
	} {
		items := func(yield func(int, error) bool) {
			for n := range 5 {
				if !yield(n, nil) {
					return
				}
			}
		}
		tried, told := 0, 0
		errs := Batch(t.Context(), 1, items, func(context.Context, int) error { tried++; return tc.err }, func(int, error) { told++ })
		if tried != tc.tried || told != tc.tried || len(errs) != tc.tried {
			t.Errorf("%s: %d tried, %d told, %d returned; want %d", name, tried, told, len(errs), tc.tried)
		}
	}
}
