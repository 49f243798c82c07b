package main

import (
	"errors"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bytepass/bytepass/runtime/config"
	"github.com/bytepass/bytepass/runtime/server"
)

const settingsHelp = `

Every flag is also a variable and a key of the file that --config names:
--max-size is BYTEPASS_MAX_SIZE and max-size. The flag counts first, then the
variable, then the file. Lists have commas in a variable, and brackets in the
file:

  listen: 192.0.2.10:8080
  s3-listen: 192.0.2.10:9000
  issuer: https://login.example
  audience: files
  origin: [https://app.example, https://admin.example]
  max-size: 20MB

Secrets are never flags. They are variables or keys, or in files of their own,
which the flags ending in -file name; a systemd credential of a secret's name is
taken too. What is misspelt, twice or empty is refused before anything starts.`

const settingsExamples = `

  # everything in a file; first look what it comes to
  bytepass serve --config bytepass.yaml --check-config
  bytepass serve --config bytepass.yaml`

// foreignVariables begin like those of serve and belong to other commands.
func foreignVariables() []string {
	return []string{
		"BYTEPASS_URL", "BYTEPASS_TOKEN", "BYTEPASS_OTHER_TOKEN", "BYTEPASS_EXPIRED_TOKEN",
		"BYTEPASS_SIGNER_ACCESS_KEY", "BYTEPASS_SIGNER_SECRET_KEY", "BYTEPASS_SIGNER_SESSION_TOKEN",
	}
}

// loadSettings sets the flags of a command to what the command line, the
// environment and the file of settings say.
func loadSettings(c *cobra.Command) (*config.Settings, error) {
	return config.Load(c.Flags(), os.Environ(), foreignVariables()...)
}

// asWritten names a setting that cannot be used where it was written.
func asWritten(err error, settings *config.Settings) error {
	var setting *server.SettingError
	if !errors.As(err, &setting) {
		return err
	}
	return &config.Error{Origin: settings.Origin(strings.TrimPrefix(setting.Setting, "--")), Detail: setting.Detail}
}

// checkSettings prints what the settings of a server come to, if it could begin
// with them.
func checkSettings(w io.Writer, cfg server.Config, settings *config.Settings) error {
	if err := server.Check(cfg); err != nil {
		return err
	}
	return settings.Print(w)
}
