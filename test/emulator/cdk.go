package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/bytepass/bytepass/test/project"
)

// How long each command may take, on a machine that does much else: the first
// synth compiles the CDK, a deployment takes seconds.
const (
	synthTimeout  = 15 * time.Minute
	deployTimeout = 10 * time.Minute
)

// Outputs are the outputs of the deployed stacks: stack name, output name, value.
type Outputs map[string]map[string]string

// Find returns the value of the output of this name, which exactly one stack has.
func (o Outputs) Find(name string) (string, error) {
	var found []string
	for _, stack := range o {
		if v, ok := stack[name]; ok {
			found = append(found, v)
		}
	}
	if len(found) != 1 {
		return "", fmt.Errorf("%d stacks have the output %s, want 1; outputs: %v", len(found), name, o)
	}
	return found[0], nil
}

// Synth synthesizes the project's app with these settings into the folder out.
// It needs no emulator.
func Synth(ctx context.Context, out string, settings map[string]string) error {
	args := []string{"synth", "--quiet", "--output", out}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "--context", name+"="+settings[name])
	}
	return runCDK(ctx, synthTimeout, os.Environ(), args...)
}

// Bootstrap prepares the account for deployments of the assembly in the folder
// app, as every account has to be once.
func (e *Emulator) Bootstrap(ctx context.Context, app string) error {
	return runCDK(ctx, deployTimeout, e.Env(), "bootstrap", "--app", app, "aws://"+Account+"/"+Region)
}

// Deploy deploys all stacks of the assembly in the folder app and returns their outputs.
func (e *Emulator) Deploy(ctx context.Context, app string) (Outputs, error) {
	file := filepath.Join(e.Dir, "outputs.json")
	err := runCDK(ctx, deployTimeout, e.Env(), "deploy", "--app", app, "--all",
		"--require-approval", "never", "--concurrency", "2", "--outputs-file", file)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var outputs Outputs
	return outputs, json.Unmarshal(content, &outputs)
}

// Destroy removes all stacks of the assembly in the folder app.
func (e *Emulator) Destroy(ctx context.Context, app string) error {
	return runCDK(ctx, deployTimeout, e.Env(), "destroy", "--app", app, "--all", "--force")
}

// runCDK runs the pinned CDK with the pinned Node in the project's folder. The
// error carries what it printed.
func runCDK(ctx context.Context, timeout time.Duration, env []string, args ...string) error {
	root, err := project.Root()
	if err != nil {
		return err
	}
	cdk, err := project.CDK()
	if err != nil {
		return err
	}
	node, err := project.Node()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, append([]string{cdk}, args...)...)
	cmd.Dir = root
	cmd.Env = append(slices.Clone(env),
		"PATH="+filepath.Dir(node)+string(os.PathListSeparator)+os.Getenv("PATH"),
		"CDK_DISABLE_CLI_TELEMETRY=1", "CI=true", "NO_COLOR=1", "CGO_ENABLED=0")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	// The CDK starts the app as a child: all of the group has to end.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("not done within %v", timeout)
		}
		return fmt.Errorf("cdk %s: %w\n%s", strings.Join(args, " "), err, output.String())
	}
	return nil
}
