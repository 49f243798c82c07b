package verify

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/bytepass/bytepass/runtime/terminal"
)

var marks = map[State]string{Passed: "ok", Failed: "FAILED", NotChecked: "-"}

// WriteText writes the report as a checklist for people. What failed comes with
// what was sent, expected and got; what was not checked with why and how.
func (r Report) WriteText(w io.Writer) error {
	var b strings.Builder
	for _, c := range r.Results {
		if c.Why == notReached {
			continue // the first line says it for all
		}
		fmt.Fprintf(&b, "%-7s %-15s %7s  %s\n", marks[c.State], c.Name, short(c.Took), c.About)
		switch {
		case c.State == Failed:
			fmt.Fprintf(&b, "        sent:     %s\n        expected: %s\n        got:      %s\n", c.Failure.Sent, c.Failure.Expected, c.Failure.Got)
		case c.State == NotChecked && c.How == "":
			fmt.Fprintf(&b, "        not checked: %s\n", c.Why)
		case c.State == NotChecked:
			fmt.Fprintf(&b, "        not checked: %s; %s\n", c.Why, c.How)
		}
	}
	fmt.Fprintf(&b, "%s: %d passed, %d failed, %d not checked, in %.1f s", r.URL, r.Count(Passed), r.Count(Failed), r.Count(NotChecked), r.Took.Seconds())
	if r.Listed > 0 {
		fmt.Fprintf(&b, "; an upload was listed after %s", short(r.Listed))
	}
	if r.Leftovers > 0 {
		things := "leftovers"
		if r.Leftovers == 1 {
			things = "leftover"
		}
		fmt.Fprintf(&b, "; %d %s of earlier runs removed", r.Leftovers, things)
	}
	_, err := io.WriteString(w, terminal.Text(b.String())+"\n") // a deployment may say anything
	return err
}

// short returns a duration as people read it; nothing for none.
func short(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d < time.Second:
		return fmt.Sprintf("%d ms", max(1, d.Milliseconds()))
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

type jsonResult struct {
	Name    string   `json:"name"`
	About   string   `json:"about"`
	State   State    `json:"state"`
	Seconds float64  `json:"seconds"`
	Failure *Failure `json:"failure,omitempty"`
	Why     string   `json:"why,omitempty"`
	How     string   `json:"how,omitempty"`
}

type jsonReport struct {
	URL           string       `json:"url"`
	Start         time.Time    `json:"start"`
	Seconds       float64      `json:"seconds"`
	Good          bool         `json:"good"`
	Missing       []string     `json:"missing,omitempty"` // that are required
	Passed        int          `json:"passed"`
	Failed        int          `json:"failed"`
	NotChecked    int          `json:"notChecked"`
	ListedSeconds float64      `json:"listedSeconds,omitempty"`
	Leftovers     int          `json:"leftovers"`
	Checks        []jsonResult `json:"checks"`
}

// WriteJSON writes the report as one object.
func (r Report) WriteJSON(w io.Writer) error {
	out := jsonReport{
		URL: r.URL, Start: r.Start, Seconds: r.Took.Seconds(), Good: r.Good(), Missing: r.Missing, Passed: r.Count(Passed), Failed: r.Count(Failed), NotChecked: r.Count(NotChecked),
		ListedSeconds: r.Listed.Seconds(), Leftovers: r.Leftovers, Checks: []jsonResult{},
	}
	for _, c := range r.Results {
		out.Checks = append(out.Checks, jsonResult{c.Name, c.About, c.State, c.Took.Seconds(), c.Failure, c.Why, c.How})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(out)
}
