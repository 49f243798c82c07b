package transfer

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
)

const goneAnswer = `{"code":"upload-gone","detail":"it is gone"}`

// TestStreamOfNothing is interrupted while nobody writes to it: it ends at once,
// and its upload is removed.
func TestStreamOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		aborted := 0
		e := engine(t, func(r *http.Request) (int, string) {
			switch r.Method {
			case http.MethodPost:
				return 200, `{"uploadId":"id","key":"k","partSize":16777216}`
			case http.MethodDelete:
				aborted++
				return 200, `{}`
			}
			return 409, goneAnswer
		})
		r, w := io.Pipe()
		defer w.Close()
		time.AfterFunc(time.Second, interrupt)
		start := time.Now()
		_, err := e.PutStream(ctx, r, Put{Key: "k"})
		if !errors.Is(err, context.Canceled) || aborted != 1 || time.Since(start) > 5*time.Second {
			t.Errorf("after %v, aborted %d times: %v", time.Since(start), aborted, err)
		}
	})
}

// TestAbortEnds: whoever interrupts a command does not wait for a service that
// says nothing, and learns how to remove what is left.
func TestAbortEnds(t *testing.T) {
	for name, s := range map[string]service{
		"silence":     func(*http.Request) (int, string) { return 0, "" },
		"unavailable": func(*http.Request) (int, string) { return 503, `{"code":"unavailable","detail":"later"}` },
		"still there": func(*http.Request) (int, string) { return 200, `{}` },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, interrupt := context.WithCancel(t.Context())
				interrupt()
				start := time.Now()
				err := engine(t, s).abort(ctx, "k", "id")
				if err == nil || !strings.Contains(err.Error(), "bytepass uploads --abort") || time.Since(start) > abortTimeout {
					t.Errorf("after %v: %v", time.Since(start), err)
				}
			})
		})
	}
}

// TestServiceAwayUnderWay: with a service that does not answer any more patience is
// had once, and not for each of the tries of a part.
func TestServiceAwayUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, func(r *http.Request) (int, string) {
			if r.URL.Path == "/api/uploads" {
				return 200, `{"uploadId":"id","key":"k","partSize":16777216}`
			}
			return hangUp, ""
		})
		start := time.Now()
		_, err := e.PutStream(t.Context(), strings.NewReader("bytes"), Put{Key: "k"})
		if !errors.Is(err, client.ErrUnreachable) || time.Since(start) > 3*time.Minute {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}
