package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/runtime/transfer"
	"github.com/bytepass/bytepass/runtime/transfer/report"
)

const getExamples = `  # one file into the current folder
  bytepass get films/holiday.mp4

  # under a name of your own
  bytepass get films/holiday.mp4 film.mp4

  # everything below a prefix: backup/photos/a.jpg becomes restored/photos/a.jpg
  bytepass get backup/ restored/

  # what was fetched before, or half of it: only what is new or has changed
  bytepass get --skip-same backup/ restored/

  # what matches: * stays in its folder, ** does not; quote it for the shell
  bytepass get 'backup/**.jpg' restored/

  # an older version (GET /api/versions lists them)
  bytepass get --version 01K9Z… films/holiday.mp4 old.mp4

  # into another program
  bytepass get dumps/today.sql - | psql db`

// get fetches files.
type get struct {
	remote
	version  string
	exact    bool
	skipSame bool
}

func newGet() *cobra.Command {
	g := &get{}
	c := &cobra.Command{
		Use:   "get KEY… [FILE]",
		Short: "Fetch files and folders",
		Long: `Fetch files and folders. A KEY that ends in a slash means everything below it.
Ranges of a file are fetched side by side, checked, and become the file at the
end, all at once. When the command is interrupted, or killed, run it again: of a
file that was under way it fetches only what is missing. Files that were complete
are fetched anew, unless you say --skip-same. Below a folder, and by a pattern, it fetches what is
listed: files show up there a moment after they were sent (see put --wait).` + remoteHelp,
		Example: getExamples,
		Args:    arguments(1, -1, "name what to fetch: bytepass get KEY… [FILE]"),
		RunE:    g.run,
	}
	g.flags(c)
	g.transferFlags(c)
	f := c.Flags()
	f.StringVar(&g.version, "version", "", "a version of the file instead of the current one")
	f.BoolVar(&g.skipSame, "skip-same", false, "leave out files that are here already with the same SHA-256")
	f.BoolVar(&g.exact, "exact", false, "take KEY as it is: wildcards in it are characters like others")
	return c
}

func (g *get) run(c *cobra.Command, args []string) error {
	engine, err := g.engine(c)
	if err != nil {
		return err
	}
	names, target := args, "."
	if len(args) > 1 {
		names, target = args[:len(args)-1], args[len(args)-1]
	}
	if err := checkNames(names, g.exact); err != nil {
		return err
	}
	several := len(names) > 1 || !g.exact && (strings.HasSuffix(names[0], "/") || transfer.IsPattern(names[0]))
	switch {
	case g.skipSame && target == "-":
		return usageError{errors.New("--skip-same: standard output holds nothing to compare with; leave the flag out")}
	case g.version != "" && several:
		return usageError{fmt.Errorf("--version belongs to one file; name its key")}
	case target == "-" && several:
		return usageError{fmt.Errorf("standard output takes one file; name its key")}
	case target == "-":
		return g.stream(c, engine, names[0])
	case target == "":
		return usageError{errors.New("FILE is empty; name a file or a folder of this machine, or - for standard output")}
	}
	into := ""
	if info, err := os.Stat(target); several || os.IsPathSeparator(target[len(target)-1]) || err == nil && info.IsDir() {
		into = target
	}
	told := g.report(c, c.OutOrStdout())
	defer told.Close()
	fetch := func(ctx context.Context, f transfer.Remote) error {
		to, start := target, time.Now()
		if into != "" {
			var err error
			if to, err = transfer.LocalPath(into, f.Below); err != nil {
				return err
			}
		}
		told.Expect(f.Size)
		result, err := g.one(ctx, engine, f.File, to, told.Progress)
		if err == nil {
			told.Done(told.Of("get", to, result, start))
		}
		return err
	}
	files := transfer.Distinct(g.files(c.Context(), engine, names), func(f transfer.Remote) (from, to string) { return f.Key, f.Below })
	errs := transfer.Batch(c.Context(), engine.Parallel, files, fetch, func(f transfer.Remote, err error) {
		told.Failed(report.Event{Op: "get", Key: f.Key}, resumable(err))
	})
	return outcome(errs)
}

// one fetches a file, unless it is here already and that is enough.
func (g *get) one(ctx context.Context, engine *transfer.Engine, f client.File, to string, progress func(int64)) (transfer.Result, error) {
	if g.skipSame {
		if result, there, err := engine.Fetched(ctx, f, to, progress); there || err != nil {
			return result, err
		}
	}
	return engine.Get(ctx, f, to, progress)
}

// files returns what the names mean.
func (g *get) files(ctx context.Context, engine *transfer.Engine, names []string) func(func(transfer.Remote, error) bool) {
	return func(yield func(transfer.Remote, error) bool) {
		for _, name := range names {
			for f, err := range transfer.RemoteFiles(ctx, engine.API, name, g.exact, g.version) {
				if !yield(f, err) {
					return
				}
			}
		}
	}
}

// stream writes a file to standard output, and what is told to standard error.
func (g *get) stream(c *cobra.Command, engine *transfer.Engine, key string) error {
	told := g.report(c, c.ErrOrStderr())
	defer told.Close()
	start := time.Now()
	f, err := engine.API.File(c.Context(), key, g.version)
	if err == nil {
		told.Expect(f.Size)
		var result transfer.Result
		if result, err = engine.GetStream(c.Context(), f, c.OutOrStdout(), told.Progress); err == nil {
			told.Done(told.Of("get", "-", result, start))
			return nil
		}
	}
	told.Failed(report.Event{Op: "get", Key: key, Path: "-"}, interrupted(err, "what came is not all of the file"))
	return outcome([]error{err})
}
