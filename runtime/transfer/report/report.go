// Package report tells people and programs how transfers go: a bar on a
// terminal, a line for each file elsewhere and one every ten seconds of what is
// under way, or JSON.
package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/runtime/terminal"
	"github.com/bytepass/bytepass/runtime/transfer"
)

// Mode is how much is told.
type Mode int

// The modes.
const (
	Plain Mode = iota // a line for each file
	JSON              // an object for each file
	Quiet             // errors only
)

// Config is what a Report is made of.
type Config struct {
	Mode     Mode
	Out, Err io.Writer // results; errors and the bar
	// Bar draws a bar on Err, which is a terminal of so many columns; 0 for none.
	Bar int
	// Every is how often lines tell what is under way where no bar does; 0 is
	// ten seconds.
	Every time.Duration
	Now   func() time.Time
}

// Event is what is told of one file; its JSON is what scripts read.
type Event struct {
	Op      string `json:"op"`     // put, get, rm
	Status  string `json:"status"` // ok or error
	Key     string `json:"key,omitempty"`
	Path    string `json:"path,omitempty"` // on this machine
	Size    int64  `json:"size,omitempty"` // bytes
	Sent    int64  `json:"sent,omitempty"` // bytes that travelled
	Resumed int64  `json:"resumed,omitempty"`

	VersionID string  `json:"versionId,omitempty"`
	ETag      string  `json:"etag,omitempty"`
	SHA256    string  `json:"sha256,omitempty"` // base64
	Verified  string  `json:"verified,omitempty"`
	Unlisted  bool    `json:"unlisted,omitempty"` // stored, not in the catalog yet
	Seconds   float64 `json:"seconds,omitempty"`

	Code  string `json:"code,omitempty"` // of the service's problem
	Error string `json:"error,omitempty"`
}

// Of returns the event of a transfer that began at start and has succeeded.
func (r *Report) Of(op, path string, t transfer.Result, start time.Time) Event {
	return Event{
		Op: op, Status: "ok", Key: t.Key, Path: path, Size: t.Size, Sent: t.Sent, Resumed: t.Resumed,
		VersionID: t.VersionID, ETag: t.ETag, SHA256: t.SHA256, Verified: t.Verified, Unlisted: t.Unlisted,
		Seconds: r.Now().Sub(start).Seconds(),
	}
}

// Report tells of several transfers at once. It is safe for concurrent use.
type Report struct {
	Config
	mu    sync.Mutex
	tally *tally
	bar   *bar
	lines *lines
}

// New returns the Report made of cfg. Close it, so that no bar stays.
func New(cfg Config) *Report {
	r := &Report{Config: cfg, tally: newTally(cfg.Now)}
	switch {
	case cfg.Mode != Plain:
	case cfg.Bar > 0:
		r.bar = startBar(cfg.Err, cfg.Bar, r.tally, &r.mu)
	default:
		r.lines = startLines(cfg.Err, cmp.Or(cfg.Every, defaultEvery), r.tally, &r.mu)
	}
	return r
}

// Expect says that bytes more are to be transferred.
func (r *Report) Expect(bytes int64) { r.tally.expected.Add(bytes) }

// Checking says that bytes more were read, of those that are to be sent.
func (r *Report) Checking(bytes int64) { r.tally.checked.Add(bytes) }

// Progress says that bytes more are there.
func (r *Report) Progress(bytes int64) { r.tally.progress(bytes) }

// Waiting says why something is about to be tried again.
func (r *Report) Waiting(why error) { r.tally.waiting(why) }

// Done tells of what has succeeded.
func (r *Report) Done(e Event) {
	r.tell(func() {
		switch r.Mode {
		case JSON:
			r.encode(e)
		case Plain:
			fmt.Fprintln(r.Out, e.line())
		}
	})
}

// Failed tells of what has failed.
func (r *Report) Failed(e Event, err error) {
	e.Status, e.Error, e.Code = "error", err.Error(), client.CodeOf(err)
	r.tell(func() {
		if r.Mode == JSON {
			r.encode(e)
			return
		}
		fmt.Fprintf(r.Err, "bytepass: %s%s: %s\n", e.Op, name(e), terminal.Line(err.Error()))
	})
}

// Close takes the bar away.
func (r *Report) Close() {
	if r.bar != nil {
		r.bar.stop()
	}
	if r.lines != nil {
		r.lines.stop()
	}
}

func (r *Report) tell(print func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bar != nil {
		r.bar.clear()
	}
	print()
}

func (r *Report) encode(e Event) {
	line, err := json.Marshal(e)
	if err != nil {
		panic("report: an event of strings and numbers cannot fail to encode: " + err.Error())
	}
	_, _ = r.Out.Write(append(line, '\n')) // nobody is left to tell
}

// line is the event for people.
func (e Event) line() string {
	text := e.Op + name(e)
	if e.Op == "rm" {
		return text
	}
	text += " (" + Bytes(e.Size)
	if e.Resumed > 0 {
		text += ", " + Bytes(e.Resumed) + " of it was there already"
	}
	if e.Seconds >= 0.1 {
		text += fmt.Sprintf(", %.1f s", e.Seconds)
	}
	if e.Unlisted {
		text += ", not listed yet"
	}
	return text + ")"
}

func name(e Event) string {
	from, to := terminal.Name(e.Path), terminal.Name(e.Key)
	if e.Op == "get" {
		from, to = to, from
	}
	switch {
	case from == "" && to == "":
		return ""
	case from == "" || to == "":
		return " " + from + to
	}
	return " " + from + " -> " + to
}

// Bytes writes a number of bytes for people, in powers of 1,000.
func Bytes(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n), -1
	for value >= 999.95 && unit < 4 {
		value /= 1000
		unit++
	}
	return fmt.Sprintf("%.1f %cB", value, "kMGTP"[unit])
}
