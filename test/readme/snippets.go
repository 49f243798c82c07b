// Package readme runs what the README and the pages in docs show. Every shell
// snippet is preceded by a comment that says how it is tested:
//
//	<!-- test: serve -->            runs against a running "bytepass serve"
//	<!-- test: on-prem -->          runs beside a store, a PostgreSQL and an issuer, of which nothing is set up yet
//	<!-- test: values -->           exports what is different everywhere; the test has values of its own for all of it
//	<!-- test: make -->             names targets of the Makefile that exist
//	<!-- test: no, because … -->    is not run, for this reason
//
// A snippet without such a comment fails the test. Those of a page that are run
// share a folder, and those for on-prem a shell, too, so that one sees what
// another has set.
package readme

import (
	"fmt"
	"slices"
	"strings"
)

// Snippet is a fenced block of shell commands.
type Snippet struct {
	Line   int    // of the fence, from 1
	Test   string // one of tests; empty if it is not run
	Reason string // why it is not run
	Code   string
}

// tests are the ways to test a snippet.
func tests() []string { return []string{"serve", "on-prem", "values", "make"} }

// Snippets returns the shell snippets of a Markdown text. The error names the
// line of one without a comment, or with one that means nothing.
func Snippets(markdown string) ([]Snippet, error) {
	var all []Snippet
	lines := strings.Split(markdown, "\n")
	comment := ""
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if line == "" {
			continue
		}
		language, fence := strings.CutPrefix(line, "```")
		if !fence {
			comment = line
			continue
		}
		start, end := i+1, i+1
		for end < len(lines) && strings.TrimSpace(lines[end]) != "```" {
			end++
		}
		i = end
		if language == "sh" {
			s, err := parseComment(comment)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", start, err)
			}
			s.Line, s.Code = start, strings.Join(lines[start:end], "\n")+"\n"
			all = append(all, s)
		}
		comment = ""
	}
	return all, nil
}

func parseComment(comment string) (Snippet, error) {
	said, ok := strings.CutPrefix(comment, "<!-- test: ")
	said, ended := strings.CutSuffix(said, " -->")
	if !ok || !ended {
		return Snippet{}, fmt.Errorf("the snippet has no comment <!-- test: … --> in front that says how it is tested")
	}
	if reason, no := strings.CutPrefix(said, "no, because "); no && reason != "" {
		return Snippet{Reason: reason}, nil
	}
	if !slices.Contains(tests(), said) {
		return Snippet{}, fmt.Errorf("the comment says %q; use %s, or no, because …", said, strings.Join(tests(), ", "))
	}
	return Snippet{Test: said}, nil
}
