package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/runtime/verify"
)

const verifyExamples = `  # the whole checklist
  bytepass verify --url https://files.example.com --token-file token --other-token-file other --origin https://app.example

  # a canary, every five minutes, for Prometheus's node exporter
  bytepass verify --url https://files.example.com --token-file token --quiet --prometheus /var/lib/node_exporter/bytepass.prom

  # in a pipeline: nothing may go unchecked, but for what takes a signer's credentials
  bytepass verify --url https://files.example.com --token-file token --other-token-file other --require all --except signer-header,expired-token`

const verifyHelp = `Attack a live deployment from outside, as anybody could and as its users could,
and print a checklist: what it refuses, what it does, and how long it takes.

Everything is written below .bytepass-verify/ in the space of the token, in files
of a few bytes, and deleted again, also after Ctrl-C; what a killed run has left,
the next one removes. The API deletes recoverably: versions and delete markers of
these files stay until the deployment's lifecycle removes them, and the trash
shows them until then. So give it an identity of its own, without rights beyond
its own files: an administrator's token (files:admin) opens what must be closed.
It may run every few minutes, also several at once.

What cannot be checked for want of something is told with what it takes, and is
never green: another owner's token (--other-token-file), a web origin (--origin),
a token that has expired (--expired-token-file), and the credentials of a signer
in BYTEPASS_SIGNER_ACCESS_KEY, BYTEPASS_SIGNER_SECRET_KEY and
BYTEPASS_SIGNER_SESSION_TOKEN. --require makes that an error.

The deployment is that of --url or BYTEPASS_URL. The access token comes from
--token-file (read anew for each request), --token or BYTEPASS_TOKEN; serve
takes requests of this machine without one.

Exit codes: 0 all is well; 1 a check failed, or a required one was not made;
2 used wrongly, or no token where one is needed, and nothing was touched; 4 the
token was refused; 130 interrupted.`

// verifying attacks a deployment.
type verifying struct {
	remote
	otherFile, expiredFile, prometheus string
	cfg                                verify.Config
}

func newVerify() *cobra.Command {
	v := &verifying{}
	c := &cobra.Command{
		Use:     "verify",
		Short:   "Attack a deployment and print what it refuses and does",
		Long:    verifyHelp,
		Example: verifyExamples,
		Args:    noArguments,
		RunE:    v.run,
	}
	v.connectFlags(c)
	f := c.Flags()
	f.StringVar(&v.otherFile, "other-token-file", "", "file that holds the token of another owner (default: $BYTEPASS_OTHER_TOKEN)")
	f.StringVar(&v.expiredFile, "expired-token-file", "", "file that holds a token that was good once (default: $BYTEPASS_EXPIRED_TOKEN)")
	f.StringVar(&v.cfg.Origin, "origin", "", "web origin whose pages use the deployment, such as https://app.example")
	f.StringVar(&v.cfg.MimeType, "type", "", "media type of the files to upload (default: one that is allowed)")
	f.StringSliceVar(&v.cfg.Require, "require", nil, "checks that have to be made, or all")
	f.StringSliceVar(&v.cfg.Except, "except", nil, "checks to leave out")
	f.DurationVar(&v.cfg.Timeout, "timeout", verify.DefaultTimeout, "how long all checks may take")
	f.DurationVar(&v.cfg.ListedWithin, "listed-within", verify.DefaultListedWithin, "how soon an upload has to be listed")
	f.DurationVar(&v.cfg.LeftoversAfter, "leftovers-after", verify.DefaultLeftoversAfter, "remove what runs have left that began so long ago")
	f.StringVar(&v.prometheus, "prometheus", "", "write Prometheus text to this file, or - for standard output")
	f.BoolVar(&v.json, "json", false, "print an object of JSON")
	f.BoolVar(&v.quiet, "quiet", false, "print nothing if all is well")
	return c
}

func (v *verifying) run(c *cobra.Command, _ []string) error {
	if err := v.configure(); err != nil {
		return usageError{err}
	}
	report, err := verify.Run(c.Context(), v.cfg)
	if token, _ := v.cfg.Token(c.Context()); errors.Is(err, verify.ErrRefused) && token == "" {
		return usageError{errors.New("the deployment wants a token: name one with --token-file, --token or BYTEPASS_TOKEN")}
	}
	bad := err != nil || !report.Good()
	if told := v.tell(c.OutOrStdout(), report, bad); told != nil {
		return errors.Join(err, told)
	}
	switch {
	case err != nil:
		return err
	case len(report.Missing) > 0:
		return fmt.Errorf("required and not checked: %s", strings.Join(report.Missing, ", "))
	case bad:
		return failures{errors.New("a check failed")}
	}
	return nil
}

// configure reads what the flags name.
func (v *verifying) configure() (err error) {
	if v.json && v.quiet || v.prometheus == "-" && (v.json || v.quiet) {
		return errors.New("--json, --quiet and --prometheus - contradict each other")
	}
	if v.cfg.Token, err = v.tokenSource(); err != nil {
		return err
	}
	if v.otherFile != "" {
		v.cfg.Other = client.TokenFile(v.otherFile)
		if _, err := v.cfg.Other(context.Background()); err != nil {
			return fmt.Errorf("--other-token-file: %w", err)
		}
	} else if token := os.Getenv("BYTEPASS_OTHER_TOKEN"); token != "" {
		if v.cfg.Other, err = namedToken("BYTEPASS_OTHER_TOKEN", token); err != nil {
			return err
		}
	}
	name, expired := "BYTEPASS_EXPIRED_TOKEN", os.Getenv("BYTEPASS_EXPIRED_TOKEN")
	if v.expiredFile != "" {
		content, err := os.ReadFile(v.expiredFile)
		if err != nil {
			return fmt.Errorf("--expired-token-file: %w", err)
		}
		name, expired = "--expired-token-file", string(content)
	}
	if v.cfg.Expired, err = client.ParseToken(expired); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if v.cfg.Signer, err = signerOf(os.Getenv); err != nil {
		return err
	}
	h, err := v.httpClient()
	if err != nil {
		return err
	}
	if v.prometheus != "" && v.prometheus != "-" {
		if err := canReplace(v.prometheus); err != nil {
			return fmt.Errorf("--prometheus: %w", err)
		}
	}
	v.cfg.URL, v.cfg.Transport, v.cfg.Now = v.base(), h.Transport, time.Now
	return v.cfg.Validate()
}

// signerOf returns a signer's credentials; nil if there are none.
func signerOf(env func(string) string) (*verify.Credentials, error) {
	s := verify.Credentials{
		AccessKeyID: env("BYTEPASS_SIGNER_ACCESS_KEY"), SecretAccessKey: env("BYTEPASS_SIGNER_SECRET_KEY"),
		SessionToken: env("BYTEPASS_SIGNER_SESSION_TOKEN"),
	}
	switch {
	case s == verify.Credentials{}:
		return nil, nil
	case s.AccessKeyID == "" || s.SecretAccessKey == "":
		return nil, errors.New("BYTEPASS_SIGNER_ACCESS_KEY and BYTEPASS_SIGNER_SECRET_KEY go together")
	}
	return &s, nil
}

// tell writes the report where it is wanted.
func (v *verifying) tell(out io.Writer, r verify.Report, bad bool) error {
	if v.prometheus == "-" {
		return r.WritePrometheus(out)
	}
	if v.prometheus != "" {
		if err := replaceFile(v.prometheus, r.WritePrometheus); err != nil {
			return fmt.Errorf("--prometheus: %w", err)
		}
	}
	switch {
	case v.json:
		return r.WriteJSON(out)
	case v.quiet && !bad:
		return nil
	}
	return r.WriteText(out)
}

// canReplace returns why replaceFile would fail on a path.
func canReplace(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder; name a file in it", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("no file can be made in %s: %w", filepath.Dir(path), errors.Unwrap(err))
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// replaceFile writes a file in one step: a collector never reads half of it.
func replaceFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
