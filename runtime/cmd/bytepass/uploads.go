package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/runtime/terminal"
	"github.com/bytepass/bytepass/runtime/transfer"
)

const uploadsExamples = `  # what was begun and neither completed nor aborted
  bytepass uploads

  # remove the parts of those that are older than a day
  bytepass uploads --abort --older-than 24h`

// uploads lists unfinished uploads, or aborts them.
type uploads struct {
	remote
	abort bool
	older time.Duration
}

func newUploads() *cobra.Command {
	u := &uploads{}
	c := &cobra.Command{
		Use:   "uploads [PREFIX]",
		Short: "List unfinished uploads, or abort them",
		Long: `List the uploads in parts that were neither completed nor aborted, or abort
them. Their parts take space until then; the bucket's lifecycle, or the server,
removes them after some days by itself.` + remoteHelp,
		Example: uploadsExamples,
		Args:    arguments(0, 1, "name one prefix at most: bytepass uploads [PREFIX]"),
		RunE:    u.run,
	}
	u.flags(c)
	f := c.Flags()
	f.BoolVar(&u.abort, "abort", false, "abort them; together with --older-than")
	f.DurationVar(&u.older, "older-than", 0, "only those that were begun so long ago, such as 24h")
	return c
}

func (u *uploads) run(c *cobra.Command, args []string) error {
	if u.abort && !c.Flags().Changed("older-than") {
		return usageError{errors.New("--abort: say with --older-than which ones, because some may be under way; --older-than 24h is a good start")}
	}
	if u.older < 0 {
		return usageError{errors.New("--older-than: write a duration such as 24h")}
	}
	api, err := u.client()
	if err != nil {
		return err
	}
	prefix := ""
	if len(args) == 1 {
		prefix = args[0]
	}
	now := time.Now()
	var failed failures
	for upload, err := range api.Unfinished(c.Context(), prefix) {
		if err != nil {
			return err
		}
		if now.Sub(upload.StartedAt) < u.older {
			continue
		}
		if u.abort {
			if err := api.Abort(c.Context(), upload.Key, upload.ID); err != nil {
				err = fmt.Errorf("abort the upload of %q: %w", upload.Key, err)
				if transfer.ConcernsAll(err) {
					return err
				}
				fmt.Fprintln(c.ErrOrStderr(), "bytepass:", terminal.Line(err.Error()))
				failed = append(failed, err)
				continue
			}
		}
		if err := u.print(c, upload, now); err != nil {
			return err
		}
	}
	return outcome(failed)
}

func (u *uploads) print(c *cobra.Command, upload client.Unfinished, now time.Time) error {
	w := c.OutOrStdout()
	switch {
	case u.quiet:
		return nil
	case u.json:
		line, err := json.Marshal(struct {
			Key       string    `json:"key"`
			UploadID  string    `json:"uploadId"`
			StartedAt time.Time `json:"startedAt"`
			Aborted   bool      `json:"aborted"`
		}{upload.Key, upload.ID, upload.StartedAt, u.abort})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "%s\n", line)
		return err
	}
	done := ""
	if u.abort {
		done = "aborted  "
	}
	_, err := fmt.Fprintf(w, "%s%s  %8s ago  %s\n", done, upload.StartedAt.Local().Format("2006-01-02 15:04"), now.Sub(upload.StartedAt).Round(time.Minute), terminal.Name(upload.Key))
	return err
}
