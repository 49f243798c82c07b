// Package stacks_test asserts what the stacks deploy: who may do what, what
// must be absent, what must never be replaced, and that every template passes
// the judges (cdk-nag, cfn-lint, a policy simulator).
package stacks_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/bytepass/bytepass/stacks"
	"github.com/bytepass/bytepass/stacks/settings"
)

var update = flag.Bool("update", false, "write the files that these tests keep current")

const root = "../.."

// binaries is a folder that stands for built functions: what a template says
// does not depend on what is in them, but for the assets' hashes.
var binaries string

// assemblies is the folder for what is synthesized.
var assemblies string

// TestMain closes the one jsii kernel of this process once, after all tests.
// The kernel runs on the project's Node, as in cdk.json.
func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	bin, err := filepath.Abs(filepath.Join(root, "node_modules", ".bin"))
	if err == nil {
		_, err = os.Stat(filepath.Join(bin, "node"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the project's Node is missing; install it with: sh tools/node.sh")
		return 1
	}
	os.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	// jsii looked for Node before this function was called; now it looks again.
	jsii.Close()
	temp, err := os.MkdirTemp("", "bytepass-stacks-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(temp)
	binaries, assemblies = filepath.Join(temp, "functions"), filepath.Join(temp, "assemblies")
	for _, name := range stacks.FunctionNames(settings.Settings{Delivery: settings.CloudFront}) {
		folder := filepath.Join(binaries, name)
		err := os.MkdirAll(folder, 0o755)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, "bootstrap"), []byte(name), 0o755)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	defer jsii.Close()
	return m.Run()
}

// cdkContext is the context of cdk.json.
var cdkContext = sync.OnceValue(func() map[string]any {
	text, err := os.ReadFile(filepath.Join(root, "cdk.json"))
	if err != nil {
		panic(err)
	}
	var file struct{ Context map[string]any }
	if err := json.Unmarshal(text, &file); err != nil {
		panic(err)
	}
	return file.Context
})

// app is the CDK app with cdk.json's context and what is set on top: settings,
// or by names that begin with @ the CDK's own flags.
func app(t *testing.T, set map[string]any) (awscdk.App, settings.Settings) {
	t.Helper()
	context := maps.Clone(cdkContext())
	for name, value := range set {
		if !strings.HasPrefix(name, "@") {
			name = "bytepass:" + name
		}
		context[name] = value
	}
	// The folder outlives the test: dev and prod are shared.
	if err := os.MkdirAll(assemblies, 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(assemblies, "")
	if err != nil {
		t.Fatal(err)
	}
	app := awscdk.NewApp(&awscdk.AppProps{Context: &context, Outdir: jsii.String(dir)})
	s, err := stacks.ReadSettings(app)
	if err != nil {
		t.Fatalf("settings %v: %v", set, err)
	}
	return app, s
}

// synth makes the templates of one deployment.
func synth(t *testing.T, set map[string]any) deployment {
	t.Helper()
	app, s := app(t, set)
	stacks.New(app, s, binaries)
	return read(t, s, *app.Synth(nil).Directory())
}

// dev and prod are the two stages with nothing else set, and edge is dev with
// downloads from CloudFront; each is made once.
var (
	devOnce, prodOnce, edgeOnce sync.Once
	devMade, prodMade, edgeMade deployment
)

func dev(t *testing.T) deployment {
	t.Helper()
	devOnce.Do(func() { devMade = synth(t, nil) })
	return devMade
}

func prod(t *testing.T) deployment {
	t.Helper()
	prodOnce.Do(func() {
		prodMade = synth(t, map[string]any{"stage": "prod", "issuer": "https://login.example.org", "origins": "https://app.example.org"})
	})
	return prodMade
}

func edge(t *testing.T) deployment {
	t.Helper()
	edgeOnce.Do(func() { edgeMade = synth(t, map[string]any{"delivery": "cloudfront"}) })
	return edgeMade
}
