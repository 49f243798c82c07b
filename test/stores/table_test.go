package stores

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/test/project"
)

var update = flag.Bool("update", false, "write docs/stores.md anew, for the stores of this run")

// check is one thing that Bytepass uses of a store.
type check struct {
	name    string
	without string // what it means if a store does not do it, and what stands in for it
	ask     func(*asker) string
}

type chapter struct {
	title  string
	checks []check
}

func chapters() []chapter {
	return []chapter{uploads(), forms(), inParts(), versions(), downloads(), keys(), browsers(), settings(), policies(), notifications()}
}

// answers are those of all stores, by store and check.
type answers map[Kind]map[string]string

// TestTable asks the stores of this run for everything that Bytepass uses, and
// compares what they answer with docs/stores.md, of which each store has a
// column. The columns of other stores stay as they are.
func TestTable(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "docs", "stores.md")
	before, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	all := parse(string(before))
	t.Run("stores", func(t *testing.T) {
		for _, kind := range Kinds() {
			all[kind] = map[string]string{}
			t.Run(string(kind), func(t *testing.T) {
				t.Parallel()
				h := startHook(t)
				askAll(t, newAsker(t, Start(t, kind, Options{Webhook: h.webhook(), Origins: []string{page}}), h), all[kind])
			})
		}
	})
	after := render(all)
	switch {
	case t.Failed() || string(before) == after:
	case *update:
		err = os.WriteFile(path, []byte(after), 0o644)
	default:
		t.Errorf("what the stores do is not what %s says; look at the lines, and write it anew with: TEST_STORES=%s go test ./test/stores -run TestTable -update\n%s",
			path, strings.Trim(fmt.Sprint(Kinds()), "[]"), difference(string(before), after))
	}
	if err != nil {
		t.Error(err)
	}
}

func askAll(t *testing.T, a *asker, into map[string]string) {
	for _, chapter := range chapters() {
		for _, c := range chapter.checks {
			t.Run(c.name, func(t *testing.T) {
				a.T = t
				into[c.name] = c.ask(a)
			})
		}
	}
}

func difference(before, after string) string {
	var b strings.Builder
	lines := strings.Split(before, "\n")
	for line := range strings.SplitSeq(after, "\n") {
		if !slices.Contains(lines, line) {
			fmt.Fprintln(&b, line)
		}
	}
	return b.String()
}

// parse returns the answers that a table holds.
func parse(text string) answers {
	all := answers{}
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSuffix(line, "|\n"), "|")
		if len(cells) != len(All())+2 {
			continue
		}
		for i, kind := range All() {
			if all[kind] == nil {
				all[kind] = map[string]string{}
			}
			all[kind][strings.TrimSpace(cells[1])] = strings.TrimSpace(cells[i+2])
		}
	}
	return all
}

const introduction = `# What S3 servers can do

Bytepass runs on any store that speaks the S3 API. What it uses of one, and what
these do, asked of the servers themselves by the test run that wrote this page
(` + "`test/stores`" + `): versitygw 1.8.0, MinIO of 2026-02-12, SeaweedFS 4.48 and Ceph
16.2. Where a store does not do something, the line below the table says what
that means and what stands in for it.

The end-to-end tests pass on all four (` + "`test/onprem`" + `). What a store does otherwise is
named there, and the cases hold it to that: on Ceph 16.2, which takes conditions
and checksums and ignores them, ` + "`overwrite: false`" + ` keeps the older file as a
version, ` + "`checksumSHA256`" + ` promises nothing and is not in the catalog, and an
unfinished upload is found by its key only if that is of plain characters.

"no: 501 …" is the store's own refusal. Everything else after "no" is what it
does instead.
`

// gaps ends the page, and the chapter about notifications.
const gaps = `
Those that tell do so at once, in the usual case. MinIO tells again every three
seconds what was not taken. Ceph has two gaps, after which it tells everything: up to 31
seconds after its topic was made (27.6 measured), and up to two minutes after the
gateway that delivered the events has ended, also when that is restarted at once
(91 measured). It has no setting for them: its gateways look for queues every 30
seconds, and lock each for 90. ` + "`serve --poll-every 10s`" + ` closes both.
`

// render writes the page.
func render(all answers) string {
	var b bytes.Buffer
	b.WriteString(introduction)
	for _, chapter := range chapters() {
		fmt.Fprintf(&b, "\n## %s\n\n|  |", chapter.title)
		for _, kind := range All() {
			fmt.Fprintf(&b, " %s |", kind)
		}
		fmt.Fprintf(&b, "\n|---|%s\n", strings.Repeat("---|", len(All())))
		var lacking []check
		for _, c := range chapter.checks {
			fmt.Fprintf(&b, "| %s |", c.name)
			for _, kind := range All() {
				fmt.Fprintf(&b, " %s |", all[kind][c.name])
			}
			b.WriteString("\n")
			if slices.ContainsFunc(All(), func(k Kind) bool { return all[k][c.name] != yes }) {
				lacking = append(lacking, c)
			}
		}
		if lacking != nil {
			b.WriteString("\nWhere a store does not:\n\n")
		}
		for _, c := range lacking {
			fmt.Fprintf(&b, "- **%s**: %s.\n", c.name, c.without)
		}
	}
	b.WriteString(gaps)
	return b.String()
}
