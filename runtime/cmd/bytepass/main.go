// Command bytepass serves files from this machine and looks after a deployment.
//
// Each subcommand is one file: a struct of its flags, its help with examples,
// and a run method that only wires packages together. Exit codes are those of
// exit.go.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	_ "golang.org/x/crypto/x509roots/fallback" // where the system has no roots, as in a container of nothing else

	"github.com/bytepass/bytepass/runtime/config"
	"github.com/bytepass/bytepass/runtime/terminal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	// versitygw says on os.Stdout, where programs read our answers, how it is
	// set up; that is known.
	stdout := os.Stdout
	os.Stdout = os.Stderr
	if nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stdout = nowhere
	}
	os.Exit(run(ctx, os.Args[1:], stdout, os.Stderr))
}

// run executes a command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if told := failures(nil); err != nil && !errors.As(err, &told) {
		fmt.Fprintln(stderr, "bytepass:", terminal.Line(err.Error()))
	}
	return exitCode(err)
}

func newRoot() *cobra.Command {
	version := newVersion()
	root := &cobra.Command{
		Use:           "bytepass",
		Short:         "Bytes bypass your backend; your backend only hands out the pass",
		SilenceErrors: true, // run prints them
		SilenceUsage:  true,
		Args:          noArguments,
	}
	root.Flags().Bool("version", false, "print which build this is")
	root.RunE = func(c *cobra.Command, args []string) error {
		if told, _ := c.Flags().GetBool("version"); told {
			return version.RunE(c, args)
		}
		return c.Help()
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; see %s --help", config.FlagError(c.Flags(), err), c.CommandPath())}
	})
	root.AddCommand(
		newServe(), newToken(), newReconcile(), newProvision(), newDrift(), version,
		newPut(), newGet(), newLs(), newRm(), newUploads(),
		newVerify(), newPurge(), newHealth(),
	)
	return root
}

// usageError is a command line that cannot be understood.
type usageError struct{ error }

// Unwrap returns the cause.
func (e usageError) Unwrap() error { return e.error }

// noArguments refuses arguments that are not flags.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("%q is not understood; see %s --help", args[0], c.CommandPath())}
	}
	return nil
}
