package readme

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/test/project"
	"github.com/bytepass/bytepass/test/serve"
)

// shown is the address that the README's snippets use: that of "make up".
const shown = "http://127.0.0.1:8080"

// TestReadme runs the snippets of the README, and of every page in docs, in
// their order: those of a page for a server in one folder and against one
// server, as a reader would.
func TestReadme(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages in docs (%v)", err)
	}
	for _, page := range append([]string{filepath.Join(root, "README.md")}, pages...) {
		t.Run(filepath.Base(page), func(t *testing.T) { runPage(t, root, page) })
	}
}

func runPage(t *testing.T, root, page string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	snippets, err := Snippets(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(snippets) == 0 {
		return
	}
	has := func(test string) bool {
		return slices.ContainsFunc(snippets, func(s Snippet) bool { return s.Test == test })
	}
	folder, ran := t.TempDir(), 0
	var server *serve.Server
	if has("serve") {
		server = serve.Run(t)
	}
	var parts *site
	if has("on-prem") || has("values") {
		parts = startSite(t, folder)
	}
	for _, s := range snippets {
		t.Run("line "+strconv.Itoa(s.Line), func(t *testing.T) {
			if s.Test == "" {
				t.Logf("not run, because %s", s.Reason)
				return
			}
			ran++
			switch s.Test {
			case "serve":
				runAgainst(t, server, folder, s.Code)
			case "on-prem":
				parts.run(t, s.Code)
			case "values":
				parts.hasValues(t, s.Code)
			case "make":
				targetsExist(t, root, s.Code)
			}
		})
	}
	if ran == 0 {
		t.Error("the page has no snippet that is run")
	}
}

// runAgainst runs a snippet in folder; an HTTP error of curl ends it.
func runAgainst(t *testing.T, server *serve.Server, folder, code string) {
	t.Helper()
	const strict = "set -eu\ncurl() { command curl --fail-with-body -sS \"$@\"; }\n"
	cmd := exec.CommandContext(t.Context(), "sh", "-c", strict+strings.ReplaceAll(code, shown, server.URL))
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "DATA="+server.Data, "PATH="+filepath.Dir(server.Binary)+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s\nprinted:\n%s", err, code, out)
	}
}

// targetsExist checks that every "make X" of a snippet is something that make
// would do, without doing it.
func targetsExist(t *testing.T, root, code string) {
	t.Helper()
	for line := range strings.Lines(code) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "make" {
			continue
		}
		cmd := exec.CommandContext(t.Context(), "make", "--dry-run", fields[1])
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("make %s: %v\n%s", fields[1], err, out)
		}
	}
}

func TestSnippets(t *testing.T) {
	got, err := Snippets("# T\n\n<!-- test: serve -->\n```sh\ncurl a\n\ncurl b\n```\n\n```json\n{}\n```\n<!-- test: no, because it costs money -->\n\n```sh\ncdk deploy\n```\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []Snippet{
		{Line: 4, Test: "serve", Code: "curl a\n\ncurl b\n"},
		{Line: 15, Reason: "it costs money", Code: "cdk deploy\n"},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, bad := range []string{"```sh\nls\n```", "text\n```sh\nls\n```", "<!-- test: perhaps -->\n```sh\nls\n```", "<!-- test: no, because  -->\n```sh\nls\n```"} {
		if _, err := Snippets(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
