package signingkey_test

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// world is AWS as far as the function sees it, in memory: CloudFront
// (fakecloudfront_test.go), Secrets Manager (fakesecrets_test.go) and the
// time. It knows when to fail.
type world struct {
	mu         sync.Mutex
	now        time.Time
	cloudFront cloudFrontState
	secret     secretState

	calls int // so far
	// onCall decides how the call with this number fares; nil lets all pass.
	onCall func(number int, name string) fate
	// afterCall looks at the world after each call.
	afterCall func(name string)
	// log is every call's name, for messages.
	log []string
}

type fate int

const (
	pass       fate = iota
	notArrived      // the call fails and has no effect
	answerLost      // the call has its effect, and the caller sees an error
)

var errFault = errors.New("fault: connection reset")

func newWorld() *world {
	return &world{now: time.Date(2026, 10, 3, 12, 0, 0, 0, time.UTC), cloudFront: newCloudFront(), secret: newSecret()}
}

// process is one running copy of the function: its view of the world. After a
// crash it reaches nothing any more.
type process struct {
	*world
	// turn, when set, is asked before each call: it blocks until this process
	// may go on, and says how the call fares.
	turn    func() fate
	crashed bool
	// survives says that a fault is only a fault: the process goes on.
	survives bool
}

// do carries out one call against the world.
func (p *process) do(name string, effect func() error) error {
	fare := pass
	if p.turn != nil {
		fare = p.turn()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.crashed {
		return errFault
	}
	p.calls++
	p.log = append(p.log, name)
	if p.onCall != nil {
		fare = p.onCall(p.calls, name)
	}
	if fare != pass {
		p.crashed = !p.survives
	}
	if fare == notArrived {
		return fmt.Errorf("%s: %w", name, errFault)
	}
	err := effect()
	if p.afterCall != nil {
		p.afterCall(name)
	}
	if fare == answerLost {
		return fmt.Errorf("%s: %w", name, errFault)
	}
	return err
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) elapse(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}
