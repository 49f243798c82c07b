package provision

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Colours of a terminal.
const (
	red, green, dim, plain = "\x1b[31m", "\x1b[32m", "\x1b[2m", "\x1b[0m"
)

// Write prints the plan for people: what goes and what comes, rule by rule,
// what stays, and what the store goes without.
func (d Diff) Write(w io.Writer, colour bool) error {
	p := printer{w: w, colour: colour}
	if d.Create {
		p.line("", "bucket "+d.Bucket+" is made")
	}
	for _, c := range d.Changes {
		for _, part := range c.Parts {
			p.line("", strings.TrimSpace(c.Setting+" "+part.Part))
			p.difference(part.Have, part.Want)
		}
	}
	for n, f := range d.Foreign {
		if n == 0 {
			p.line("", "kept, though the template does not have it (--replace SETTING removes it):")
		}
		p.line(dim, fmt.Sprintf("  = %s %s: %s", f.Setting, f.Part, text(f.Value)))
	}
	p.gaps("the store goes without:", d.Gaps)
	return p.err
}

// WriteGaps prints gaps for people, under a title.
func WriteGaps(w io.Writer, title string, gaps []Gap) error {
	p := printer{w: w}
	p.gaps(title, gaps)
	return p.err
}

// Write prints the comparison for people, as a table, and below it what differs
// and what cannot be compared.
func (c Comparison) Write(w io.Writer, colour bool) error {
	p := printer{w: w, colour: colour}
	if !c.Exists {
		p.line(red, "bucket "+c.Bucket+" is not there")
		return p.err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range c.Settings {
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.Setting, s.Verdict, s.summary())
	}
	p.err = table.Flush()
	for _, s := range c.Settings {
		for _, d := range s.Differences {
			p.line("", strings.TrimSpace(s.Setting+" "+d.Part)+" is "+string(d.Kind))
			p.difference(d.Have, d.Want)
		}
	}
	var gaps []Gap
	for _, s := range c.Settings {
		gaps = append(gaps, s.Gaps...)
	}
	p.gaps("not compared:", gaps)
	return p.err
}

func (c Compared) summary() string {
	var all []string
	for _, d := range c.Differences {
		all = append(all, strings.TrimSpace(d.Part+" "+string(d.Kind)))
	}
	if c.Verdict == Same && len(c.Gaps) > 0 {
		all = append(all, "as far as it can be compared")
	}
	return strings.Join(all, ", ")
}

// printer prints lines until the first error.
type printer struct {
	w      io.Writer
	colour bool
	err    error
}

func (p *printer) line(colour, text string) {
	if p.colour && colour != "" {
		text = colour + text + plain
	}
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.w, text)
	}
}

// difference prints what goes and what comes.
func (p *printer) difference(have, want json.RawMessage) {
	gone, come := differing(have, want)
	for _, one := range gone {
		p.line(red, "  - "+one)
	}
	for _, one := range come {
		p.line(green, "  + "+one)
	}
}

func (p *printer) gaps(title string, gaps []Gap) {
	for n, g := range gaps {
		if n == 0 {
			p.line("", title)
		}
		p.line("", fmt.Sprintf("  %s: %s (%s)", strings.TrimSpace(g.Setting+" "+g.Part), g.Reason, g.Detail))
		p.line(dim, "    "+g.Consequence)
	}
}

// text returns a value of JSON for people: plain text without its quotes.
func text(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	return string(value)
}
