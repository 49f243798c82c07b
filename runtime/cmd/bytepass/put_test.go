package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/bytepass/bytepass/runtime/client"
)

// TestHowToGoOn: what can be gone on with says so, and keeps its exit code.
func TestHowToGoOn(t *testing.T) {
	const again = "run the same command again"
	for name, tc := range map[string]struct {
		err  error
		says []string
	}{
		"an interruption": {fmt.Errorf("part 3: %w", context.Canceled), []string{"interrupted; ", again}},
		"a full disk":     {&fs.PathError{Op: "write", Path: "film", Err: syscall.ENOSPC}, []string{"film", "make room on this machine", again}},
		"a full store":    {&client.Problem{Code: client.CodeStoreFull, Detail: "no room"}, []string{"no room. Who runs it has to", "quota", "After that, " + again}},
		"anything else":   {errors.New("boom"), []string{"boom"}},
	} {
		got := resumable(tc.err)
		for _, says := range tc.says {
			if !strings.Contains(got.Error(), says) {
				t.Errorf("%s: %v, without %q", name, got, says)
			}
		}
		if strings.Contains(got.Error(), again) != (len(tc.says) > 1) {
			t.Errorf("%s: %v", name, got)
		}
	}
}
