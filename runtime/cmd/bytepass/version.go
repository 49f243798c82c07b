package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print which build this is",
		Example: "  bytepass version",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), "bytepass", buildLine())
			return err
		},
	}
}

// build names this build.
func build() string {
	info, ok := debug.ReadBuildInfo()
	return buildOf(info, ok, contentHash)
}

// buildLine says which build this is, in one line.
func buildLine() string {
	return fmt.Sprintf("%s %s %s/%s", build(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// contentHash returns the SHA-256 of the running program's file, shortened; it
// is empty if the file cannot be read.
func contentHash() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

// buildOf returns the module's version, or the commit where there is none, or,
// where the build was told to name none, a hash of the program.
func buildOf(info *debug.BuildInfo, ok bool, hash func() string) string {
	if !ok {
		info = &debug.BuildInfo{}
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
		return strings.TrimSuffix("devel+sha256."+hash(), "+sha256.")
	}
	if settings["vcs.modified"] == "true" {
		version += " (modified)"
	}
	return version
}
