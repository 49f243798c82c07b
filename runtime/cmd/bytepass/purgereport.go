package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/bytepass/bytepass/runtime/purge"
)

// purgeProgress tells now and then how far a purge is.
type purgeProgress struct {
	out  io.Writer
	now  func() time.Time
	last time.Time
}

const progressEvery = 2 * time.Second

func (p *purgeProgress) tell(erased purge.Counts) {
	if p.last.IsZero() {
		p.last = p.now()
	}
	if p.now().Sub(p.last) >= progressEvery {
		p.last = p.now()
		fmt.Fprintln(p.out, "erased so far:", countsText(erased))
	}
}

func countsText(n purge.Counts) string {
	return fmt.Sprintf("%s (%s) and %s of %s, %s, %s of the catalog", count(n.Versions, "version"), count(n.Bytes, "byte"),
		count(n.Markers, "delete marker"), count(n.Keys, "key"), count(n.Uploads, "unfinished upload"), count(n.Records, "record"))
}

// targetText names what is to be erased.
func targetText(t purge.Target) string {
	switch {
	case t.Key != "":
		return fmt.Sprintf("the key %q of %s", t.Key, t.Space)
	case t.Prefix != "":
		return fmt.Sprintf("what begins with %q of %s", t.Prefix, t.Space)
	}
	return t.Space.String()
}

func tellPlan(w io.Writer, t purge.Target, plan purge.Plan) {
	fmt.Fprintf(w, "all of %s: %s\n", targetText(t), countsText(plan.Counts))
	for _, object := range plan.First {
		fmt.Fprintf(w, "  %q\n", object)
	}
	if more := plan.Keys - len(plan.First); more > 0 {
		fmt.Fprintf(w, "  and %s\n", count(more, "more key"))
	}
}

func tellResult(w io.Writer, r purge.Result, took time.Duration) {
	fmt.Fprintf(w, "erased: %s, in %v\n", countsText(r.Erased), took.Round(time.Millisecond))
	for _, l := range r.Left {
		id := ""
		switch {
		case l.Version != "":
			id = " version " + l.Version
		case l.Upload != "":
			id = " upload " + l.Upload
		}
		fmt.Fprintf(w, "left: %q%s: %s\n", l.Object, id, l.Reason)
	}
	switch {
	case r.Coming:
		fmt.Fprintf(w, "%s left, and more kept turning up: somebody goes on uploading; run it again\n", count(r.LeftCount, "thing"))
	case r.LeftCount > 0:
		fmt.Fprintf(w, "%s left\n", count(r.LeftCount, "thing"))
	default:
		fmt.Fprintln(w, "looked again at store, uploads and catalog: nothing is left")
	}
}

// writePurge writes what there was and, unless it is nil, what became of it.
func writePurge(w io.Writer, t purge.Target, plan purge.Plan, r *purge.Result, start time.Time) error {
	out := map[string]any{
		"space": t.Space.String(), "key": t.Key, "prefix": t.Prefix, "found": plan, "seconds": time.Since(start).Seconds(),
		"nothingThere": existed(t, plan, cmp.Or(r, &purge.Result{})) != nil,
	}
	if r != nil {
		left := r.Left
		if left == nil {
			left = []purge.Left{}
		}
		out["erased"], out["left"], out["leftCount"], out["nothingLeft"], out["stillComing"] = r.Erased, left, r.LeftCount, r.Clean(), r.Coming
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(out)
}
