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

// TestStreamInterruptedAtItsEnd: the service goes on with a completion when whoever
// asked for it is interrupted. What is stored by then is not called lost.
func TestStreamInterruptedAtItsEnd(t *testing.T) {
	const stored = `{"key":"k","versionId":"v","size":5}`
	for name, tc := range map[string]struct {
		completions []service // what the service says to one after the other
		lists       bool
		success     bool
	}{
		"completed all the same": {[]service{says(silence, ""), says(200, stored)}, false, true},
		"aborted before":         {[]service{says(silence, ""), says(409, goneAnswer)}, false, false},
		"while it is listed":     {[]service{says(200, stored)}, false, true},
		"when it is listed":      {[]service{says(200, stored)}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, interrupt := context.WithCancel(t.Context())
				defer interrupt()
				completions := tc.completions
				e := engine(t, func(r *http.Request) (int, string) {
					switch {
					case r.URL.Host == "store.example", r.Method == http.MethodDelete:
						return 200, `{}`
					case r.URL.Path == "/api/uploads":
						return 200, `{"uploadId":"id","key":"k","partSize":16777216}`
					case r.URL.Path == "/api/uploads/id/parts":
						return 200, `{"parts":[{"partNumber":1,"url":"http://store.example/k"}]}`
					case r.URL.Path == "/api/uploads/id/complete":
						time.AfterFunc(time.Second, interrupt)
						next := completions[0]
						completions = completions[1:]
						return next(r)
					case r.URL.Path == "/api/file" && tc.lists:
						return 200, `{"key":"k","versionId":"v"}`
					}
					return 409, goneAnswer
				})
				start := time.Now()
				result, err := e.PutStream(ctx, strings.NewReader("bytes"), Put{Key: "k"})
				switch {
				case tc.success && (err != nil || result.VersionID != "v" || result.Unlisted == tc.lists):
					t.Errorf("%+v, %v", result, err)
				case !tc.success && !errors.Is(err, context.Canceled):
					t.Errorf("%+v, %v", result, err)
				}
				if took := time.Since(start); took > 5*time.Second {
					t.Errorf("it ended after %v", took)
				}
			})
		})
	}
}

func says(status int, body string) service {
	return func(*http.Request) (int, string) { return status, body }
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
