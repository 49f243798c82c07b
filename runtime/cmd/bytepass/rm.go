package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bytepass/bytepass/runtime/transfer"
	"github.com/bytepass/bytepass/runtime/transfer/report"
)

const rmExamples = `  bytepass rm films/holiday.mp4

  # everything below a prefix; look first
  bytepass rm --recursive --dry-run films/
  bytepass rm --recursive films/

  # what matches
  bytepass rm 'films/*.tmp'`

// rm deletes files.
type rm struct {
	remote
	recursive, dryRun, exact bool
}

func newRm() *cobra.Command {
	r := &rm{}
	c := &cobra.Command{
		Use:     "rm KEY…",
		Short:   "Delete files, recoverably",
		Long:    "Delete files. Their versions stay for the time that the deployment keeps them,\nand POST /api/restore or the console brings them back." + remoteHelp,
		Example: rmExamples,
		Args:    arguments(1, -1, "name what to delete: bytepass rm KEY…"),
		RunE:    r.run,
	}
	r.flags(c)
	r.parallelFlag(c, fmt.Sprintf("files at once, from 1 to %d (default %d)", maxParallel, transfer.DefaultParallel))
	f := c.Flags()
	f.BoolVarP(&r.recursive, "recursive", "r", false, "allow a KEY that ends in a slash: everything below it")
	f.BoolVar(&r.dryRun, "dry-run", false, "only say what would be deleted")
	f.BoolVar(&r.exact, "exact", false, "take KEY as it is: wildcards in it are characters like others")
	return c
}

func (r *rm) run(c *cobra.Command, args []string) error {
	for _, name := range args {
		if strings.HasSuffix(name, "/") && !r.recursive {
			return usageError{fmt.Errorf("%q means everything below it; say so with --recursive", name)}
		}
	}
	if err := checkNames(args, r.exact); err != nil {
		return err
	}
	if err := r.checkParallel(c); err != nil {
		return err
	}
	api, err := r.client()
	if err != nil {
		return err
	}
	told := r.report(c, c.OutOrStdout())
	defer told.Close()
	files := func(yield func(transfer.Remote, error) bool) {
		for _, name := range args {
			for f, err := range transfer.RemoteFiles(c.Context(), api, name, r.exact, "") {
				if !yield(f, err) {
					return
				}
			}
		}
	}
	remove := func(ctx context.Context, f transfer.Remote) error {
		if !r.dryRun {
			if err := api.Delete(ctx, f.Key); err != nil {
				return err
			}
		}
		told.Done(report.Event{Op: "rm", Status: "ok", Key: f.Key, Size: f.Size})
		return nil
	}
	return outcome(transfer.Batch(c.Context(), cmp.Or(r.parallel, transfer.DefaultParallel), files, remove, func(f transfer.Remote, err error) {
		told.Failed(report.Event{Op: "rm", Key: f.Key}, err)
	}))
}
