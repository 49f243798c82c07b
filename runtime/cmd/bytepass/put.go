package main

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/text/unicode/norm"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/transfer"
	"github.com/bytepass/bytepass/runtime/transfer/report"
)

const putExamples = `  # one file, under a key of your own
  bytepass put film.mp4 films/holiday.mp4

  # one file into a folder; "/" is the top
  bytepass put film.mp4 films/

  # a folder with its name: photos/a.jpg becomes backup/photos/a.jpg
  bytepass put photos backup/

  # what is in it: photos/a.jpg becomes backup/a.jpg
  bytepass put photos/ backup/

  # many files
  bytepass put *.jpg notes.txt backup/

  # a folder that was sent before, or half of it: only what is new or has changed
  bytepass put --skip-same photos/ backup/

  # what another program prints, of any length
  pg_dump db | bytepass put - dumps/today.sql`

// put sends files.
type put struct {
	remote
	mimeType    string
	metadata    map[string]string
	noOverwrite bool
	skipSame    bool
	wait        bool
}

func newPut() *cobra.Command {
	p := &put{}
	c := &cobra.Command{
		Use:   "put FILE… KEY",
		Short: "Send files and folders",
		Long: `Send files and folders. A KEY that ends in a slash is a folder to put them in.
Files of more than 16 MiB travel in parts, several at a time. When the command is
interrupted, or killed, run it again: of a file that was under way it sends only the
parts that are missing, after it has compared those that are there with the file.
Files that had arrived are sent anew, as a new version, unless you say --skip-same.
A file that changes meanwhile is not stored.
A single file is listed when the command ends, several small ones a moment later:
with --wait the command ends when all are, so that "ls" and "get" find them.` + remoteHelp,
		Example: putExamples,
		Args:    arguments(2, -1, "name what to send and where: bytepass put FILE… KEY"),
		RunE:    p.run,
	}
	p.flags(c)
	p.transferFlags(c)
	f := c.Flags()
	f.StringVar(&p.mimeType, "type", "", "media type of all files (default: by the ending of the key)")
	f.StringToStringVar(&p.metadata, "metadata", nil, "`NAME=VALUE`s that are kept with the files, such as album=summer,year=2026")
	f.Lookup("metadata").DefValue = "" // it would be told as []
	f.BoolVar(&p.noOverwrite, "no-overwrite", false, "fail where there is a file of the key already")
	f.BoolVar(&p.skipSame, "skip-same", false, "leave out files that are listed under their key with the same SHA-256")
	f.BoolVar(&p.wait, "wait", false, "end when all files are listed, and fail if they are not within half a minute")
	return c
}

func (p *put) run(c *cobra.Command, args []string) error {
	engine, err := p.engine(c)
	if err != nil {
		return err
	}
	sources, target := args[:len(args)-1], args[len(args)-1]
	if slices.Contains(sources, "") {
		return usageError{errors.New("FILE is empty; name a file or a folder of this machine, or - for standard input")}
	}
	if err := checkTarget(target); err != nil {
		return err
	}
	if err := p.checkOptions(); err != nil {
		return err
	}
	told := p.report(c, c.OutOrStdout())
	defer told.Close()
	if p.skipSame && slices.Contains(sources, "-") {
		return usageError{errors.New("--skip-same: what standard input brings is not known before it was sent; leave the flag out")}
	}
	if len(sources) == 1 && sources[0] == "-" {
		return p.stream(c, engine, told, target)
	}
	sent := &unlisted{}
	send := func(ctx context.Context, l transfer.Local) error {
		start := time.Now()
		told.Expect(l.Size)
		options := p.options(l.Key, told)
		options.Await = len(sources) == 1 && !strings.HasSuffix(target, "/")
		result, err := engine.Put(ctx, l.Path, options)
		if err == nil {
			told.Done(told.Of("put", l.Path, result, start))
			if p.wait && (!options.Await || result.Unlisted) {
				sent.add(l.Path, result)
			}
		}
		return err
	}
	found := transfer.Distinct(transfer.LocalFiles(sources, target), func(l transfer.Local) (from, to string) {
		return filepath.Clean(l.Path), norm.NFC.String(l.Key) // as the service takes it
	})
	errs := transfer.Batch(c.Context(), engine.Parallel, found, send, func(l transfer.Local, err error) {
		told.Failed(report.Event{Op: "put", Path: l.Path, Key: l.Key}, resumable(err))
	})
	return outcome(append(errs, sent.wait(c.Context(), engine, told)...))
}

// checkOptions refuses what no deployment keeps with a file.
func (p *put) checkOptions() error {
	var problem *files.Problem
	if _, err := (files.Limits{}).CheckType("", p.mimeType); errors.As(err, &problem) {
		return usageError{fmt.Errorf("--type: %s", problem.Detail)}
	}
	if err := files.CheckMetadata(p.metadata); errors.As(err, &problem) {
		return usageError{fmt.Errorf("--metadata: %s", problem.Detail)}
	}
	return nil
}

func (p *put) options(key string, told *report.Report) transfer.Put {
	mimeType := p.mimeType
	if mimeType == "" {
		mimeType = mime.TypeByExtension(strings.ToLower(path.Ext(key)))
	}
	return transfer.Put{Key: key, MimeType: mimeType, Metadata: p.metadata, NoOverwrite: p.noOverwrite, SkipSame: p.skipSame, Checking: told.Checking, Progress: told.Progress}
}

func (p *put) stream(c *cobra.Command, engine *transfer.Engine, told *report.Report, key string) error {
	if strings.HasSuffix(key, "/") {
		return usageError{fmt.Errorf("%q is a folder; standard input has no name, so write the whole key", key)}
	}
	start := time.Now()
	result, err := engine.PutStream(c.Context(), c.InOrStdin(), p.options(key, told))
	if err != nil {
		told.Failed(report.Event{Op: "put", Path: "-", Key: key}, interrupted(fullStore(err, "send it again"), "nothing is stored"))
		return outcome([]error{err})
	}
	told.Done(told.Of("put", "-", result, start))
	sent := &unlisted{}
	if p.wait && result.Unlisted {
		sent.add("-", result)
	}
	return outcome(sent.wait(c.Context(), engine, told))
}

// resumable says of an interruption, and of a disk or a store without room, how to go
// on.
func resumable(err error) error {
	const again = "run the same command again to go on where it stopped"
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w; make room on this machine, then %s", err, again)
	}
	return interrupted(fullStore(err, again), again)
}

// interrupted says of an interruption what comes of it, in place of how it was
// noticed.
func interrupted(err error, then string) error {
	if !errors.Is(err, context.Canceled) {
		return err
	}
	var left *transfer.LeftBehindError
	if errors.As(err, &left) {
		then += "; " + left.Error()
	}
	return errors.New("interrupted; " + then)
}

// fullStore says of a store without room what those who run it have to do, and
// what then whoever sends.
func fullStore(err error, then string) error {
	if client.CodeOf(err) != client.CodeStoreFull {
		return err
	}
	return fmt.Errorf("%w. Who runs it has to free some on its disk or to enlarge its quota (rm frees none: it keeps versions). After that, %s", err, then)
}

// arguments checks how many arguments there are; most is -1 for no bound.
func arguments(least, most int, remedy string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < least || most >= 0 && len(args) > most {
			return usageError{fmt.Errorf("%s; see %s --help", remedy, c.CommandPath())}
		}
		return nil
	}
}
