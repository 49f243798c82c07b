package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print which build this is",
		Example: "  bytepass version",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(c.OutOrStdout(), "bytepass %s %s %s/%s\n", buildOf(debug.ReadBuildInfo()), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// buildOf returns the module's version, or the commit where there is none.
func buildOf(info *debug.BuildInfo, ok bool) string {
	if !ok {
		return "unknown"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	version := info.Main.Version
	if version == "" || version == "(devel)" {
		version = settings["vcs.revision"]
	}
	if version == "" {
		return "unknown"
	}
	if settings["vcs.modified"] == "true" {
		version += " (modified)"
	}
	return version
}
