package stacks_test

import (
	"bytes"
	"compress/flate"
	"debug/elf"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bytepass/bytepass/stacks"
	"github.com/bytepass/bytepass/stacks/settings"
)

// maxAsset is the largest zipped asset of a function in bytes.
const maxAsset = 8 << 20

var (
	appOnce  sync.Once
	appBuilt []byte
	appErr   error
)

// runApp runs the CDK app as the CDK does: in the project's folder, with the
// context in the environment. It returns what it said and its exit code.
func runApp(t *testing.T, out string, context map[string]any) (said string, code int) {
	t.Helper()
	binary := filepath.Join(filepath.Dir(assemblies), "app")
	appOnce.Do(func() {
		cmd := exec.Command("go", "build", "-o", binary, ".")
		cmd.Dir = root
		appBuilt, appErr = cmd.CombinedOutput()
	})
	if appErr != nil {
		t.Fatalf("the app does not build: %v\n%s", appErr, appBuilt)
	}
	text, err := json.Marshal(context)
	if err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	cmd := exec.Command(binary)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CDK_CONTEXT_JSON="+string(text), "CDK_OUTDIR="+out)
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return output.String(), cmd.ProcessState.ExitCode()
}

// TestWrongSettingIsOneLine: whoever mistypes reads one line, not a trace.
func TestWrongSettingIsOneLine(t *testing.T) {
	for _, test := range []struct {
		context map[string]any
		says    string
	}{
		{map[string]any{"bytepass:colour": "red"}, "bytepass: the setting bytepass:colour is unknown: use one of "},
		{map[string]any{"bytepass": map[string]any{"stages": map[string]any{"prod": map[string]any{"colour": "red"}}}}, "bytepass: the setting stages.prod.colour is unknown: use one of "},
		{map[string]any{"bytepass:issuer": "https://login.example.org", "bytepass:stage": "prod", "bytepass:retain": "false"}, "bytepass: the setting retain is false, but the stage prod always keeps its data: "},
		{map[string]any{}, "bytepass: the setting issuer is missing: "},
	} {
		said, code := runApp(t, t.TempDir(), test.context)
		if code != 1 || !strings.HasPrefix(said, test.says) || strings.Count(said, "\n") != 1 {
			t.Errorf("%v: exit code %d and\n%s\nnot one line that begins with %q", test.context, code, said, test.says)
		}
	}
}

// TestApp runs the whole app twice: the functions are built, the templates name
// the same assets, and each asset is a program for the chosen processor.
func TestApp(t *testing.T) {
	context := map[string]any{"bytepass": map[string]any{"issuer": "https://login.example.org", "architecture": "x86_64"}}
	for name, value := range cdkContext() {
		if strings.HasPrefix(name, "@") {
			context[name] = value
		}
	}
	var seen [2]map[string]string
	for i := range seen {
		out := t.TempDir()
		start := time.Now()
		if said, code := runApp(t, out, context); code != 0 {
			t.Fatalf("exit code %d:\n%s", code, said)
		}
		if i > 0 { // the first one may compile
			t.Logf("measured: synth of both stacks, functions built: %v", time.Since(start).Round(10*time.Millisecond))
		}
		seen[i] = map[string]string{}
		for _, name := range []string{"bytepass-dev-storage.template.json", "bytepass-dev-api.template.json"} {
			text, err := os.ReadFile(filepath.Join(out, name))
			if err != nil {
				t.Fatal(err)
			}
			seen[i][name] = string(text)
		}
		programs, err := filepath.Glob(filepath.Join(out, "asset.*", "bootstrap"))
		if err != nil || len(programs) != len(stacks.FunctionNames(settings.Settings{})) {
			t.Fatalf("there are %d assets: %v", len(programs), err)
		}
		for _, program := range programs {
			f, err := elf.Open(program)
			if err != nil {
				t.Fatalf("%s is no program: %v", program, err)
			}
			defer f.Close()
			if f.Machine != elf.EM_X86_64 {
				t.Errorf("%s is for %v", program, f.Machine)
			}
			if size := zipped(t, program); size > maxAsset {
				t.Errorf("%s has %d bytes zipped; a cold start loads at most %d", program, size, maxAsset)
			}
		}
	}
	for name, text := range seen[0] {
		if seen[1][name] != text {
			t.Errorf("%s differs between two synths of the same commit", name)
		}
	}
}

// zipped is about the size of the archive that Lambda gets of a program.
func zipped(t *testing.T, program string) int64 {
	t.Helper()
	f, err := os.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var size counter
	w, err := flate.NewWriter(&size, flate.DefaultCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, f); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return int64(size)
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
