package verify

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// State is how a check ended.
type State string

// The ends of a check.
const (
	Passed     State = "passed"
	Failed     State = "failed"
	NotChecked State = "not checked"
)

// Failure is why a check failed. It holds no credentials.
type Failure struct {
	Sent     string `json:"sent"`
	Expected string `json:"expected"`
	Got      string `json:"got"`
}

// Error returns all three.
func (f *Failure) Error() string {
	return fmt.Sprintf("sent: %s; expected: %s; got: %s", f.Sent, f.Expected, f.Got)
}

// Result is what came of a check.
type Result struct {
	Name  string // such as "type-bound": stable
	About string // what it says when it has passed
	State State
	Took  time.Duration
	// Failure is why, when it failed.
	Failure *Failure
	// Why it was not checked, and How it could be.
	Why, How string
}

// Report is what came of a run.
type Report struct {
	URL     string // of the API
	Start   time.Time
	Took    time.Duration
	Results []Result // in the order of the list
	// Listed is how long an upload took to be listed; 0 if it never was.
	Listed time.Duration
	// Leftovers is how many files and uploads of killed runs were removed.
	Leftovers int
	// Missing are the required checks that were not made, Interrupted says that
	// the run was ended before its time.
	Missing     []string
	Interrupted bool
}

// Good reports whether checks were made, all that are required, and none failed.
func (r Report) Good() bool {
	return r.Count(Failed) == 0 && r.Count(Passed) > 0 && len(r.Missing) == 0 && !r.Interrupted
}

// Count returns how many checks ended so.
func (r Report) Count(s State) int {
	n := 0
	for _, result := range r.Results {
		if result.State == s {
			n++
		}
	}
	return n
}

// Find returns the result of a check.
func (r Report) Find(name string) (Result, bool) {
	i := slices.IndexFunc(r.Results, func(result Result) bool { return result.Name == name })
	if i < 0 {
		return Result{}, false
	}
	return r.Results[i], true
}

// unchecked is the error of a check that could not be made.
type unchecked struct{ why, how string }

func (u *unchecked) Error() string { return u.why }

func notChecked(how, why string, args ...any) error {
	return &unchecked{why: fmt.Sprintf(why, args...), how: how}
}

// end says in the result how its check ended.
func (r *Result) end(err error) {
	var failure *Failure
	var skipped *unchecked
	switch {
	case err == nil:
		r.State = Passed
	case errors.As(err, &skipped):
		r.State, r.Why, r.How = NotChecked, skipped.why, skipped.how
	case errors.As(err, &failure):
		r.State, r.Failure = Failed, failure
	default:
		r.State, r.Failure = Failed, &Failure{Sent: "a request", Expected: "an answer", Got: err.Error()}
	}
}
