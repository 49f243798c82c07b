package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/bytepass/bytepass/runtime/auth/devissuer"
	"github.com/bytepass/bytepass/runtime/server"
	"github.com/bytepass/bytepass/runtime/server/folder"
)

const tokenExamples = `  # be alice for an hour
  curl -H "Authorization: Bearer $(bytepass token --data data --owner alice)" http://127.0.0.1:8080/api/files

  # a member of two groups, for a week
  bytepass token --data data --owner bob --group red --group blue --ttl 168h`

// token prints a token of the development issuer.
type token struct {
	data   string
	owner  string
	groups []string
	ttl    time.Duration
}

func newToken() *cobra.Command {
	t := &token{}
	c := &cobra.Command{
		Use:     "token",
		Short:   "Print an access token of a data folder's development issuer",
		Long:    "Print an access token of a data folder's development issuer. Whoever can read\nthe folder can make one for anybody: it is for development only.\n\nThe issuer is called by the address that the folder is served at, so a token is\ngood there alone: after bytepass serve was started with another --listen, print\na new one.",
		Example: tokenExamples,
		Args:    noArguments,
		RunE:    t.run,
	}
	f := c.Flags()
	f.StringVar(&t.data, "data", "data", "data folder that bytepass serve runs or ran on")
	f.StringVar(&t.owner, "owner", "", "whose token it is (needed)")
	f.StringArrayVar(&t.groups, "group", nil, "group that the owner is a member of; repeatable")
	f.DurationVar(&t.ttl, "ttl", time.Hour, "how long it is good for, such as 30m; 30 days at most")
	return c
}

func (t *token) run(c *cobra.Command, _ []string) error {
	if t.owner == "" {
		return usageError{fmt.Errorf("name the owner with --owner; see bytepass token --help")}
	}
	if t.ttl <= 0 || t.ttl > devissuer.Longest {
		return usageError{fmt.Errorf("--ttl: a token is good for more than nothing and at most %v, not %v", devissuer.Longest, t.ttl)}
	}
	f, err := folder.Open(t.data, false)
	if err != nil {
		return &server.SettingError{Setting: "--data", Detail: err.Error()}
	}
	state, err := f.State()
	if err != nil {
		return err
	}
	issuer, err := server.DevIssuer(f, state.Listen, time.Now)
	if err != nil {
		return err
	}
	signed, err := issuer.Token(t.owner, t.groups, t.ttl)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.OutOrStdout(), signed)
	return err
}
