package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/text/unicode/norm"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/runtime/terminal"
	"github.com/bytepass/bytepass/runtime/transfer"
	"github.com/bytepass/bytepass/runtime/transfer/report"
)

const lsExamples = `  # the top of your files
  bytepass ls

  # a folder, and everything below it
  bytepass ls films/
  bytepass ls --recursive films/

  # what matches
  bytepass ls 'films/**.mp4'

  # what was refused after it had arrived, and why
  bytepass ls --rejected`

// ls lists files.
type ls struct {
	remote
	recursive, trash, rejected bool
}

func newLs() *cobra.Command {
	l := &ls{}
	c := &cobra.Command{
		Use:   "ls [PREFIX]",
		Short: "List files",
		Long: `List files: their sizes, the times when they arrived, and their keys. A PREFIX or
pattern that nothing is like is an error, with exit code 3; an empty space is
none.` + remoteHelp,
		Example: lsExamples,
		Args:    arguments(0, 1, "name one prefix at most: bytepass ls [PREFIX]"),
		RunE:    l.run,
	}
	l.flags(c)
	f := c.Flags()
	f.BoolVarP(&l.recursive, "recursive", "r", false, "everything below, not only the folder itself")
	f.Lookup("quiet").Usage = "print the names only"
	f.BoolVar(&l.trash, "trash", false, "deleted files")
	f.BoolVar(&l.rejected, "rejected", false, "files that were refused after they had arrived")
	return c
}

func (l *ls) run(c *cobra.Command, args []string) error {
	if l.trash && l.rejected {
		return usageError{errors.New("--trash and --rejected contradict each other")}
	}
	api, err := l.client()
	if err != nil {
		return err
	}
	name := ""
	if len(args) == 1 {
		name = norm.NFC.String(strings.TrimPrefix(args[0], "/")) // as keys are
	}
	view := client.Stored
	switch {
	case l.trash:
		view = client.Trash
	case l.rejected:
		view = client.Rejected
	}
	pattern := transfer.IsPattern(name)
	if l.recursive || pattern || view != client.Stored {
		prefix := name
		if pattern {
			prefix = name[:strings.IndexAny(name, "*?")]
		}
		found := name == ""
		for f, err := range api.Files(c.Context(), view, prefix) {
			if err != nil {
				return err
			}
			if pattern && !transfer.Match(name, f.Key) {
				continue
			}
			found = true
			if err := l.print(c, client.Entry{Name: f.Key, File: &f}); err != nil {
				return err
			}
		}
		if !found {
			return nothing(name)
		}
		return nil
	}
	return l.folder(c, api, name)
}

// folder lists what is directly below a prefix, or the file of this very key.
func (l *ls) folder(c *cobra.Command, api *client.Client, name string) error {
	prefix := name
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		f, err := api.File(c.Context(), prefix, "")
		if err == nil {
			return l.print(c, client.Entry{Name: f.Key, File: &f})
		}
		if client.CodeOf(err) != client.CodeNotFound {
			return err
		}
		prefix += "/"
	}
	found := prefix == ""
	for entry, err := range api.Folder(c.Context(), prefix) {
		if err != nil {
			return err
		}
		found = true
		if err := l.print(c, entry); err != nil {
			return err
		}
	}
	if !found {
		return nothing(name)
	}
	return nil
}

// nothing is the error of a name that no file has, begins with or matches.
func nothing(name string) error {
	return &client.Problem{Code: client.CodeNotFound, Detail: fmt.Sprintf("there is nothing like %q", name)}
}

func (l *ls) print(c *cobra.Command, entry client.Entry) error {
	w := c.OutOrStdout()
	if l.json {
		if entry.File != nil {
			entry.File.URL, entry.File.URLExpiresAt = "", time.Time{} // a credential, and of no use here
		}
		line, err := json.Marshal(entry)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "%s\n", line)
		return err
	}
	var err error
	switch f := entry.File; {
	case l.quiet && f != nil:
		_, err = fmt.Fprintln(w, terminal.Name(f.Key))
	case l.quiet:
		_, err = fmt.Fprintln(w, terminal.Name(entry.Prefix))
	case f == nil:
		_, err = fmt.Fprintf(w, "%9s  %16s  %s\n", "", "", terminal.Name(entry.Prefix))
	default:
		when := f.UploadedAt
		if f.DeletedAt != nil {
			when = *f.DeletedAt
		}
		reason := ""
		if f.Reason != "" {
			reason = "  (" + terminal.Text(f.Reason) + ")"
		}
		_, err = fmt.Fprintf(w, "%9s  %s  %s%s\n", report.Bytes(f.Size), when.Local().Format("2006-01-02 15:04"), terminal.Name(f.Key), reason)
	}
	return err
}
