// Package arch states which package may know which, and checks it on what the
// compiler would link: all dependencies, not only the direct ones. The rules
// are why a function of a few megabytes starts in milliseconds, why the domain
// can be tested without a cloud, and why a room can be rebuilt alone.
package arch

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const (
	module = "github.com/bytepass/bytepass/"
	sdk    = "github.com/aws/aws-sdk-go-v2"
	cdk    = "github.com/aws/aws-cdk-go"
	jsii   = "github.com/aws/jsii-runtime-go"
)

// Everything that only the embedded and on-prem servers need.
var servers = []string{"modernc.org/sqlite", "github.com/jackc/pgx", "github.com/versity/versitygw"}

// A rule forbids packages to depend on what begins with one of the prefixes,
// but for what begins with an exception.
type rule struct {
	packages string // import path without the module; "/..." at the end means all below
	forbid   []string
	except   []string
	why      string
}

var rules = []rule{
	{"runtime/env", []string{module, "github.com/", "golang.org/"}, nil,
		"both sides of the house import it, so it imports nothing"},
	{"runtime/files", []string{module, "github.com/", "modernc.org/"}, nil,
		"the domain knows only itself"},
	{"runtime/auth", []string{module, sdk, cdk}, []string{module + "runtime/files", module + "runtime/env"},
		"who is asking has nothing to do with where it runs"},
	{"runtime/audit", []string{module, "github.com/"}, []string{module + "runtime/files"},
		"an audit line names files and nothing that opens them"},
	{"runtime/api", []string{"github.com/aws/", "modernc.org/", "github.com/jackc/", "github.com/versity/"}, nil,
		"the API knows no AWS and no engine"},
	{"runtime/api", []string{module + "runtime/"},
		[]string{module + "runtime/api", module + "runtime/audit", module + "runtime/auth", module + "runtime/catalog", module + "runtime/env", module + "runtime/files", module + "runtime/uploads"},
		"the API declares what it needs; mains hand it in"},
	{"runtime/uploads", []string{module, "github.com/"}, []string{module + "runtime/files", module + "runtime/uploads"},
		"what an upload in parts is depends on no store"},
	{"runtime/ingest", []string{"github.com/aws/aws-sdk-go-v2", "modernc.org/", "github.com/jackc/", "github.com/versity/"}, nil,
		"convergence is the same over every store and engine"},
	{"runtime/ingest", []string{module + "runtime/"},
		[]string{module + "runtime/ingest", module + "runtime/audit", module + "runtime/catalog", module + "runtime/env", module + "runtime/files"},
		"ingest declares what it needs; mains hand it in"},
	{"runtime/client", []string{module, "github.com/", "golang.org/"}, nil,
		"an application of somebody else can import it alone"},
	{"runtime/transfer/...", []string{module, "github.com/"}, []string{module + "runtime/client", module + "runtime/filelock", module + "runtime/terminal", module + "runtime/transfer", "github.com/minio/crc64nvme", "github.com/klauspost/cpuid"},
		"it knows a deployment only by its HTTP API"},
	{"runtime/verify", []string{module, sdk + "/service/"}, []string{module + "runtime/client", module + "runtime/terminal", module + "runtime/verify"},
		"it knows a deployment only by its HTTP API and the URLs that this signs"},
	{"runtime/server", []string{module + "runtime/purge"}, nil,
		"erasing is an administrator's: nothing that serves requests can do it"},
	{"runtime/lambda/...", []string{module + "runtime/purge"}, nil,
		"erasing is an administrator's: nothing that serves requests can do it"},
	{"runtime/catalog", []string{module, "github.com/"}, []string{module + "runtime/files"},
		"the contract knows no engine"},
	{"runtime/sign", []string{module, sdk}, []string{module + "runtime/files", module + "runtime/percent"},
		"signing is our own, and does no I/O"},
	{"runtime/config", []string{module, sdk}, []string{module + "runtime/config", module + "runtime/env"},
		"how settings are written has nothing to do with what they are for"},
	{"runtime/...", []string{cdk, jsii, module + "stacks"}, nil,
		"what runs does not know how it is deployed"},
	{"stacks/...", []string{sdk}, nil,
		"a synth asks nobody"},
	{"stacks/...", []string{module + "runtime/"}, []string{module + "runtime/env"},
		"the stacks share names with the runtime, nothing else"},
	{"runtime/lambda/...", append([]string{"github.com/spf13/cobra", "github.com/chromedp", "github.com/prometheus"}, servers...), nil,
		"a function carries no server"},
	{"runtime/lambda/upload", []string{sdk + "/service/dynamodb"}, nil,
		"its role may not read the catalog"},
	{"runtime/lambda/restore", []string{sdk + "/service/dynamodb"}, nil,
		"its role may not read the catalog"},
	{"runtime/lambda/ingest", []string{sdk + "/service/sts", "github.com/danielgtaylor/huma", module + "runtime/api"},
		[]string{sdk + "/service/sts/internal"},
		"ingest assumes no role and serves no HTTP"},
}

// TestImports checks every rule, and that each is about packages that exist.
func TestImports(t *testing.T) {
	packages := list(t)
	for _, r := range rules {
		t.Run(r.packages+": "+r.why, func(t *testing.T) {
			found := false
			for path, deps := range packages {
				if !r.matches(path) {
					continue
				}
				found = true
				for _, dep := range deps {
					if r.forbids(dep) {
						t.Errorf("%s depends on %s: %s", path, dep, r.why)
					}
				}
			}
			if !found {
				t.Errorf("no package matches %s: the rule says nothing", r.packages)
			}
		})
	}
}

// TestRulesBite checks the checker: what must be refused is refused.
func TestRulesBite(t *testing.T) {
	r := rule{packages: "runtime/...", forbid: []string{cdk, module + "stacks"}, except: []string{cdk + "/ok"}}
	for path, want := range map[string]bool{"runtime": true, "runtime/api": true, "runtimes": false, "stacks": false} {
		if got := r.matches(module + path); got != want {
			t.Errorf("matches(%s) = %v", path, got)
		}
	}
	for path, want := range map[string]bool{"test/serve": true, "runtime/catalog/sql/pgtest": true, "runtime/catalog/sql": false, "runtime/latest/x": false} {
		if got := forTests(module + path); got != want {
			t.Errorf("forTests(%s) = %v", path, got)
		}
	}
	for dep, want := range map[string]bool{cdk: true, cdk + "/awscdk/v2": true, cdk + "/ok/x": false, "fmt": false, module + "stacks": true} {
		if got := r.forbids(dep); got != want {
			t.Errorf("forbids(%s) = %v", dep, got)
		}
	}
}

// TestMainsStandAlone checks that wiring stays where it is: nothing imports a
// main, and nothing that ships imports what is there for tests.
func TestMainsStandAlone(t *testing.T) {
	for path, deps := range list(t) {
		for _, dep := range deps {
			if forTests(dep) && !forTests(path) {
				t.Errorf("%s depends on %s: what ships knows no test", path, dep)
			}
			if strings.HasPrefix(dep, module+"runtime/cmd/") && !strings.HasPrefix(path, module+"runtime/cmd/") {
				t.Errorf("%s depends on %s: mains only wire", path, dep)
			}
		}
	}
}

// forTests reports whether a package is there for tests alone: it is in the
// folder test, or its name ends in "test", as that of net/http/httptest does.
func forTests(path string) bool {
	ours, ok := strings.CutPrefix(path, module)
	return ok && (strings.HasPrefix(ours, "test/") || strings.HasSuffix(ours, "test"))
}

func (r rule) matches(path string) bool {
	if folder, all := strings.CutSuffix(r.packages, "/..."); all {
		return path == module+folder || strings.HasPrefix(path, module+folder+"/")
	}
	return path == module+r.packages
}

func (r rule) forbids(dep string) bool {
	return begins(dep, r.forbid) && !begins(dep, r.except)
}

func begins(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// list returns the packages of the project, each with all that it depends on.
func list(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Deps", module+"...")
	cmd.Env = append(cmd.Environ(), "GOOS=linux", "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v: %s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	packages := map[string][]string{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Deps       []string
		}
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatal(err)
		}
		packages[p.ImportPath] = p.Deps
	}
}
