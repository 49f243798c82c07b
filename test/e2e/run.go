package e2e

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// T is what a case needs of a test: *testing.T, or a recorder that lets a case
// fail without failing the test that runs it.
type T interface {
	Helper()
	Logf(format string, args ...any)
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Case is one entry of the list.
type Case struct {
	Name string
	Run  func(T, *World)
}

// caseTimeout bounds one case, which may have to be patient more than once.
const caseTimeout = 10 * time.Minute

// World is what a case works with: the deployment, and a folder of its own.
type World struct {
	Deployment
	ctx      context.Context
	folder   string
	patience time.Duration
}

var worlds atomic.Int64 // numbers the folders, so that two runs of a case do not meet

// NewWorld returns a world for a case of this name.
func NewWorld(ctx context.Context, d Deployment, name string) *World {
	folder := strings.ReplaceAll(strings.ToLower(name), " ", "-")
	return &World{Deployment: d, ctx: ctx, folder: fmt.Sprintf("%s-%d/", folder, worlds.Add(1)), patience: patience}
}

// Key returns the key of this name in the case's own folder.
func (w *World) Key(name string) string { return w.folder + name }

// Folder returns the prefix of the case's keys, with its slash.
func (w *World) Folder() string { return w.folder }

// Run runs the whole list against a deployment, one subtest for each case.
func Run(t *testing.T, d Deployment) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), caseTimeout)
			defer cancel()
			c.Run(t, NewWorld(ctx, d, c.Name))
		})
	}
}

// Try runs one case and returns its failures, nil when it passes.
func Try(ctx context.Context, d Deployment, c Case) error { return tryFor(ctx, d, c, patience) }

// tryFor is Try for a case that waits no longer than this for anything.
func tryFor(ctx context.Context, d Deployment, c Case, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, caseTimeout)
	defer cancel()
	r := &recorder{}
	done := make(chan struct{})
	go func() { // of its own, because Fatalf ends it
		defer close(done)
		w := NewWorld(ctx, d, c.Name)
		w.patience = patience
		c.Run(r, w)
	}()
	<-done
	if len(r.failures) == 0 {
		return nil
	}
	return fmt.Errorf("%s: %s", c.Name, strings.Join(r.failures, "; "))
}

// recorder remembers failures. Only the goroutine of its case uses it.
type recorder struct{ failures []string }

func (r *recorder) Helper()             {}
func (r *recorder) Logf(string, ...any) {}
func (r *recorder) Error(args ...any)   { r.Errorf("%s", fmt.Sprint(args...)) }
func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}
func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}
