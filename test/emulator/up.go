package emulator

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Stack is the project's stacks, deployed to a running emulator.
type Stack struct {
	*Emulator
	App     string // the folder of the assembly that was deployed
	Changes []Change
	Outputs Outputs
	Times   []Time
}

// Time is how long a step of Up took.
type Time struct {
	Step string
	Took time.Duration
}

// Up synthesizes the project's app with these settings, adapts it, and deploys
// it to a new emulator that keeps its files in dir. It calls announce before
// each step. The functions run on this machine, so they are built for it.
func Up(ctx context.Context, dir string, settings map[string]string, announce func(step string)) (*Stack, error) {
	s := &Stack{App: filepath.Join(dir, "app")}
	all := append(s.toSynthesize(ctx, dir, settings),
		step{"start the emulator", func() (err error) {
			s.Emulator, err = Start(dir)
			return err
		}},
		step{"cdk bootstrap", func() error { return s.Bootstrap(ctx, s.App) }})
	err := s.steps(announce, append(all, s.toDeploy(ctx)...))
	if err != nil && s.Emulator != nil {
		s.Close()
	}
	return s, err
}

// Beside does the same on an emulator that is there already: it deploys another
// stage, which the settings have to name. dir is the stage's own folder.
func (e *Emulator) Beside(ctx context.Context, dir string, settings map[string]string, announce func(step string)) (*Stack, error) {
	s := &Stack{App: filepath.Join(dir, "app"), Emulator: e}
	return s, s.steps(announce, append(s.toSynthesize(ctx, dir, settings), s.toDeploy(ctx)...))
}

func (s *Stack) toSynthesize(ctx context.Context, dir string, settings map[string]string) []step {
	settings = maps.Clone(settings)
	settings["bytepass:architecture"] = architecture()
	synthesized := filepath.Join(dir, "synthesized")
	return []step{
		{"synthesize the stacks", func() error { return Synth(ctx, synthesized, settings) }},
		{"adapt a copy to the emulator", func() (err error) {
			s.Changes, err = Adapt(synthesized, s.App)
			return err
		}},
	}
}

func (s *Stack) toDeploy(ctx context.Context) []step {
	return []step{
		{"cdk deploy", func() (err error) {
			s.Outputs, err = s.Deploy(ctx, s.App)
			return err
		}},
		{"mend the API's CORS", func() error { return s.MendCORS(ctx, s.App) }},
	}
}

type step struct {
	name string
	do   func() error
}

func (s *Stack) steps(announce func(string), steps []step) error {
	for _, step := range steps {
		announce(step.name)
		start := time.Now()
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		s.Times = append(s.Times, Time{step.name, time.Since(start)})
	}
	return nil
}

// APIURL returns the address of the deployed HTTP API, through the proxy. Its
// host name ends in .localhost, which browsers and curl resolve by themselves
// and Go does with HTTPClient.
func (s *Stack) APIURL() (string, error) {
	said, err := s.Outputs.Find("ApiUrl")
	if err != nil {
		return "", err
	}
	u, err := url.Parse(said)
	if err != nil {
		return "", err
	}
	id, _, _ := strings.Cut(u.Host, ".")
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	return "http://" + id + ".execute-api.localhost:" + port, nil
}

// Log returns the emulator's log, which holds what the functions wrote.
func (e *Emulator) Log() (string, error) {
	content, err := os.ReadFile(filepath.Join(e.Dir, "emulator.log"))
	return string(content), err
}

// architecture returns this machine's, as the settings call it.
func architecture() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}
