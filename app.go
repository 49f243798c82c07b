// Command bytepass (at the project's root) is the CDK app: it reads the
// settings from the context, builds the functions, and makes the stacks. The
// CDK runs it as cdk.json says; see stacks/README.md.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/bytepass/bytepass/stacks"
	"github.com/bytepass/bytepass/stacks/build"
)

func main() {
	err := synth(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, "bytepass:", err)
	}
	closeKernel()
	if err != nil {
		os.Exit(1)
	}
}

// synth runs in the project's folder, which is where the CDK starts its app.
func synth(ctx context.Context) error {
	app := awscdk.NewApp(nil)
	s, err := stacks.ReadSettings(app)
	if err != nil {
		return err
	}
	binaries, err := build.Functions(ctx, ".", s.Architecture, stacks.FunctionNames(s)...)
	if err != nil {
		return err
	}
	stacks.New(app, s, binaries)
	app.Synth(nil)
	return nil
}
