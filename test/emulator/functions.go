package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

const functionsPath = "/2015-03-31/functions/"

// restartTimeout bounds the time that a changed function needs to be active, on
// a machine that does much else.
const restartTimeout = 2 * time.Minute

// functionConfiguration is what this package looks at of a function.
type functionConfiguration struct {
	FunctionName     string
	MemorySize       int
	State            string
	LastUpdateStatus string
}

// RestartFunctions gives every function a new process for its next call, so
// that no credentials that it remembers outlive a change of its rights.
func (e *Emulator) RestartFunctions(ctx context.Context) error {
	var list struct{ Functions []functionConfiguration }
	if err := e.lambda(ctx, "GET", "", nil, &list); err != nil {
		return err
	}
	for _, f := range list.Functions {
		// To set what is set already is a change that ends the process.
		if err := e.lambda(ctx, "PUT", f.FunctionName+"/configuration", map[string]int{"MemorySize": f.MemorySize}, nil); err != nil {
			return err
		}
	}
	for _, f := range list.Functions {
		if err := e.active(ctx, f.FunctionName); err != nil {
			return err
		}
	}
	return nil
}

func (e *Emulator) active(ctx context.Context, name string) error {
	for deadline := time.Now().Add(restartTimeout); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		var f functionConfiguration
		if err := e.lambda(ctx, "GET", name+"/configuration", nil, &f); err != nil {
			return err
		}
		if f.State == "Active" && f.LastUpdateStatus == "Successful" {
			return nil
		}
	}
	return fmt.Errorf("the function %s is not active after %v", name, restartTimeout)
}

// Invoke calls a function with an event. The error is the function's, if it
// gives one.
func (e *Emulator) Invoke(ctx context.Context, function string, event any) error {
	body, err := json.Marshal(event)
	if err != nil {
		return err
	}
	answer, err := e.call(ctx, "lambda", "POST", functionsPath+function+"/invocations", "application/json", body)
	if err != nil {
		return err
	}
	var failed struct {
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal(answer, &failed) == nil && failed.Message != "" {
		return fmt.Errorf("%s: %s", function, failed.Message)
	}
	return nil
}

// lambda asks Lambda's API; out may be nil.
func (e *Emulator) lambda(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	answer, err := e.call(ctx, "lambda", method, functionsPath+path, "application/json", body)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(answer, out)
}
