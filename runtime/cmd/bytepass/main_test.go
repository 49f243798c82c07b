package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

// command runs a command line to its end.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, log bytes.Buffer
	args = append([]string{}, args...) // nil would stand for those of the test
	code = run(t.Context(), args, &out, &log)
	return code, out.String(), log.String()
}

func TestUsage(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nothing")
	noAssembly := t.TempDir()
	photos := t.TempDir()
	if err := os.WriteFile(filepath.Join(photos, "photo.jpg"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		args []string
		code int
		says string // on standard error
	}{
		"unknown command":      {[]string{"sevre"}, exitUsage, `"sevre" is not understood`},
		"unknown flag":         {[]string{"serve", "--dta", "x"}, exitUsage, "unknown flag: --dta"},
		"an argument":          {[]string{"serve", "x"}, exitUsage, `"x" is not understood`},
		"open to the world":    {[]string{"serve", "--data", nowhere, "--listen", "0.0.0.0:0"}, exitUsage, "--issuer"},
		"store to the world":   {[]string{"serve", "--data", nowhere, "--s3-listen", "0.0.0.0:9000"}, exitUsage, "--s3-listen"},
		"loud and quiet serve": {[]string{"serve", "--data", nowhere, "--verbose", "--quiet"}, exitUsage, "--quiet"},
		"store at the API":     {[]string{"serve", "--data", nowhere, "--listen", "127.0.0.1:8080", "--s3-listen", "127.0.0.1:8080"}, exitUsage, "--s3-listen"},
		"bad size":             {[]string{"serve", "--max-size", "much"}, exitUsage, "such as 1048576, 20MB or 5GiB"},
		"bad type":             {[]string{"serve", "--data", nowhere, "--allowed-types", "pictures"}, exitUsage, "--allowed-types"},
		"bad origin":           {[]string{"serve", "--data", nowhere, "--origin", "*"}, exitUsage, "--origin"},
		"issuer alone":         {[]string{"serve", "--data", nowhere, "--issuer", "https://id.example"}, exitUsage, "--audience"},
		"issuer in the clear":  {[]string{"serve", "--data", nowhere, "--issuer", "http://id.example", "--audience", "x"}, exitUsage, "--issuer"},
		"no assembly":          {[]string{"serve", "--data", nowhere, "--assembly", noAssembly}, exitUsage, "cdk synth"},
		"token of nobody":      {[]string{"token", "--data", nowhere}, exitUsage, "--owner"},
		"token for no time":    {[]string{"token", "--data", nowhere, "--owner", "a", "--ttl", "0s"}, exitUsage, "--ttl"},
		"serve on photos":      {[]string{"serve", "--data", photos, "--listen", "127.0.0.1:0"}, exitUsage, "photo.jpg"},
		"token of no folder":   {[]string{"token", "--data", nowhere, "--owner", "a"}, exitUsage, "bytepass serve --data"},
		"reconcile nothing":    {[]string{"reconcile"}, exitUsage, "--data"},
		"reconcile both":       {[]string{"reconcile", "--data", nowhere, "--bucket", "b"}, exitUsage, "--data"},
		"reconcile half":       {[]string{"reconcile", "--bucket", "b"}, exitUsage, "--table"},
		"reconcile databases":  {[]string{"reconcile", "--bucket", "b", "--table", "t", "--database", "postgres://h/d"}, exitUsage, "--database"},
		"another database":     {[]string{"serve", "--data", nowhere, "--database", "mysql://u:s3cr3t@h/d"}, exitUsage, "--database: the database is not"},
		"reconcile no folder":  {[]string{"reconcile", "--data", nowhere}, exitFailed, "bytepass serve --data"},
		"forgetting at once":   {[]string{"reconcile", "--bucket", "b", "--table", "t", "--tombstone-days", "0"}, exitUsage, "--tombstone-days"},
		"put nowhere":          {[]string{"put", "a"}, exitUsage, "bytepass put FILE… KEY"},
		"put to nobody":        {[]string{"put", photos, "main.go", "exit.go", "x/", "--parallel", "1", "--url", "http://127.0.0.1:1"}, exitFailed, "does it run, and is --url right?"},
		"put in a folder":      {[]string{"put", "-", "folder/"}, exitUsage, "standard input has no name"},
		"put to -":             {[]string{"put", "-", "-"}, exitUsage, "standard input or output"},
		"put of nothing":       {[]string{"put", "main.go", "", "x/"}, exitUsage, "FILE is empty"},
		"put of no type":       {[]string{"put", "main.go", "k", "--type", "bad"}, exitUsage, `--type: "bad" is not a media type`},
		"put of bad metadata":  {[]string{"put", "main.go", "k", "--metadata", "a=b\nc"}, exitUsage, `--metadata: the value of "a"`},
		"put in no space":      {[]string{"put", "main.go", "k", "--space", "nope"}, exitUsage, `--space: "nope" is not a space`},
		"ls of no space":       {[]string{"ls", "--space", "g/"}, exitUsage, "--space: "},
		"get nothing":          {[]string{"get"}, exitUsage, "bytepass get KEY… [FILE]"},
		"get several to one":   {[]string{"get", "a", "b", "-"}, exitUsage, "standard output takes one file"},
		"get into nothing":     {[]string{"get", "a", ""}, exitUsage, "FILE is empty"},
		"versions of several":  {[]string{"get", "a/", "--version", "1", "x"}, exitUsage, "--version"},
		"rm of a folder":       {[]string{"rm", "a/"}, exitUsage, "--recursive"},
		"abort all":            {[]string{"uploads", "--abort"}, exitUsage, "--older-than"},
		"no URL":               {[]string{"ls", "--url", "files.example.com"}, exitUsage, "--url"},
		"no proxy":             {[]string{"ls", "--proxy", "x"}, exitUsage, "--proxy"},
		"two tokens":           {[]string{"ls", "--token", "a", "--token-file", "b"}, exitUsage, "--token"},
		"no token file":        {[]string{"ls", "--token-file", nowhere}, exitUsage, "--token-file"},
		"a name of two lines":  {[]string{"ls", "--token-file", nowhere + "\nbytepass: all is well"}, exitUsage, "--token-file: "},
		"token of two lines":   {[]string{"ls", "--token", "a\nb"}, exitUsage, "--token: an access token has no U+000A"},
		"put outside":          {[]string{"put", "main.go", "../x"}, exitUsage, `"../x" is no good: the key has`},
		"put below outside":    {[]string{"put", "main.go", "a/../"}, exitUsage, `"a/../" is no good: the key has`},
		"stream outside":       {[]string{"put", "-", "/x"}, exitUsage, `"/x" is no good: the key has`},
		"get outside":          {[]string{"get", "a", "../x", "f"}, exitUsage, `"../x" is no good: the key has`},
		"rm outside":           {[]string{"rm", "a", "b//c"}, exitUsage, `"b//c" is no good: the key has`},
		"loud and quiet":       {[]string{"ls", "--json", "--quiet"}, exitUsage, "--quiet"},
		"verify: no URL":       {[]string{"verify", "--url", "files.example.com"}, exitUsage, "--url"},
		"verify: no such":      {[]string{"verify", "--require", "tls,everything"}, exitUsage, `no check "everything"`},
		"verify: no check":     {[]string{"verify", "--except", "tls,everything"}, exitUsage, `no check "everything"`},
		"verify: own files":    {[]string{"verify", "--leftovers-after", "20s"}, exitUsage, "--leftovers-after"},
		"verify: an origin":    {[]string{"verify", "--origin", "https://app.example/"}, exitUsage, "--origin"},
		"verify: two outputs":  {[]string{"verify", "--json", "--prometheus", "-"}, exitUsage, "contradict"},
		"verify: no folder":    {[]string{"verify", "--prometheus", filepath.Join(nowhere, "b.prom")}, exitUsage, "--prometheus: no file can be made in"},
		"verify: a folder":     {[]string{"verify", "--prometheus", photos}, exitUsage, "is a folder"},
		"policies in a file":   {[]string{"provision", "--endpoint", "http://127.0.0.1:1", "--bucket", "b", "--yes", "--write-policies", filepath.Join(photos, "photo.jpg", "x")}, exitUsage, "--write-policies"},
		"verify: no other":     {[]string{"verify", "--other-token-file", nowhere}, exitUsage, "--other-token-file"},
		"purge nobody":         {[]string{"purge", "--data", nowhere, "--yes"}, exitUsage, "--owner or --group"},
		"purge two":            {[]string{"purge", "--data", nowhere, "--owner", "a", "--group", "b", "--yes"}, exitUsage, "--owner or --group"},
		"purge key and prefix": {[]string{"purge", "--data", nowhere, "--owner", "a", "--key", "k", "--prefix", "p", "--yes"}, exitUsage, "--prefix"},
		"purge no key":         {[]string{"purge", "--data", nowhere, "--owner", "a", "--key", "a//b", "--yes"}, exitUsage, "key"},
		"purge nowhere":        {[]string{"purge", "--owner", "a", "--yes"}, exitUsage, "--data"},
		"purge half":           {[]string{"purge", "--bucket", "b", "--owner", "a", "--yes"}, exitUsage, "--table"},
		"purge unasked":        {[]string{"purge", "--data", nowhere, "--owner", "a"}, exitUsage, "--yes"},
		"purge no folder":      {[]string{"purge", "--data", nowhere, "--owner", "a", "--yes"}, exitFailed, "bytepass serve --data"},
		"rm: no parallel":      {[]string{"rm", "a", "--parallel", "0"}, exitUsage, "--parallel"},
		"get: too parallel":    {[]string{"get", "a", "--parallel", "257"}, exitUsage, "--parallel"},
		"no parallel":          {[]string{"put", "a", "b", "--parallel", "0"}, exitUsage, "--parallel"},
		"address that is none": {[]string{"serve", "--data", nowhere, "--listen", "8080"}, exitUsage, "HOST:PORT"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := command(t, tc.args...)
			if code != tc.code || !strings.Contains(stderr, tc.says) || stdout != "" {
				t.Errorf("exit code %d, want %d; it says %q and prints %q, want %q", code, tc.code, stderr, stdout, tc.says)
			}
			if lines := strings.Count(strings.TrimSpace(stderr), "\n"); lines > 0 {
				t.Errorf("it says more than a line: %s", stderr)
			}
		})
	}
	if _, err := os.Stat(nowhere); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a refused command has made its data folder (%v)", err)
	}
}

// TestListNothing: what is not there is told as it was asked for.
func TestListNothing(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/file" {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"code":"not-found","field":"key","detail":"there is no such file"}`)
			return
		}
		fmt.Fprint(w, `[]`)
	}))
	defer s.Close()
	for _, name := range []string{"film.mp4", "films/"} {
		code, stdout, stderr := command(t, "ls", "--url", s.URL, name)
		if code != exitNotFound || stdout != "" || !strings.Contains(stderr, fmt.Sprintf("there is nothing like %q", name)) {
			t.Errorf("%s: exit code %d, %s%s", name, code, stdout, stderr)
		}
	}
}

// TestTokenOfTheEnvironment: a variable that holds no token is named, and its
// text is not told.
func TestTokenOfTheEnvironment(t *testing.T) {
	for variable, args := range map[string][]string{
		"BYTEPASS_TOKEN":         {"put", "main.go", "k"},
		"BYTEPASS_OTHER_TOKEN":   {"verify"},
		"BYTEPASS_EXPIRED_TOKEN": {"verify"},
	} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv(variable, "secret\r\nsecret")
			code, stdout, stderr := command(t, args...)
			if code != exitUsage || stdout != "" || !strings.Contains(stderr, variable+": ") || strings.Contains(stderr, "secret") {
				t.Errorf("exit code %d: %s%s", code, stdout, stderr)
			}
		})
	}
}

func TestHelpHasExamples(t *testing.T) {
	for _, name := range []string{"serve", "token", "reconcile", "version", "put", "get", "ls", "rm", "uploads", "verify", "purge"} {
		code, stdout, _ := command(t, name, "--help")
		if code != exitDone || !strings.Contains(stdout, "Examples:\n") || !strings.Contains(stdout, "  bytepass "+name) {
			t.Errorf("%s --help: exit code %d, %s", name, code, stdout)
		}
	}
	if code, stdout, _ := command(t); code != exitDone || !strings.Contains(stdout, "serve") {
		t.Errorf("without arguments: exit code %d, %s", code, stdout)
	}
}

func TestVersion(t *testing.T) {
	code, stdout, _ := command(t, "version")
	if code != exitDone || !strings.HasPrefix(stdout, "bytepass ") || strings.Contains(stdout, "unknown") {
		t.Errorf("exit code %d, %q", code, stdout)
	}
	if code, flag, _ := command(t, "--version"); code != exitDone || flag != stdout {
		t.Errorf("--version: exit code %d, %q", code, flag)
	}
	if hash := contentHash(); len(hash) != 12 {
		t.Errorf("the program's hash is %q", hash)
	}
}

func TestBuildOf(t *testing.T) {
	commit := []debug.BuildSetting{{Key: "vcs.revision", Value: "0123abcd"}, {Key: "vcs.modified", Value: "true"}}
	for want, info := range map[string]debug.BuildInfo{
		"v1.2.3":              {Main: debug.Module{Version: "v1.2.3"}},
		"0123abcd (modified)": {Main: debug.Module{Version: "(devel)"}, Settings: commit},
		"devel+sha256.00ff":   {Main: debug.Module{Version: "(devel)"}},
	} {
		if got := buildOf(&info, true, func() string { return "00ff" }); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := buildOf(nil, false, func() string { return "" }); got != "devel" {
		t.Errorf("without anything it is %q", got)
	}
}
