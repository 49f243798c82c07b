package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/config"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/purge"
)

const purgeExamples = `  # look first: what there is of a person
  bytepass purge --data data --owner alice --dry-run

  # one file with its whole history, without a question
  bytepass purge --data data --owner alice --key letters/2020.pdf --yes

  # everything of a group below a prefix, on a store and a database of yours
  bytepass purge --config /etc/bytepass/bytepass.yaml --group red --prefix drafts/

  # a deployment on AWS, with the credentials and region of an administrator
  bytepass purge --bucket bytepass-prod-111122223333-eu-west-1-an --table bytepass-prod-Catalog --owner 'auth0|64a1'`

const purgeHelp = `Erase files for good: every version and delete marker of a key, of what begins
with a prefix, or of a whole space, the unfinished uploads there, and all that
the catalog knows of them. What the API deletes can be restored; this cannot. It
works on the store and the catalog with an administrator's credentials; no token
and no request to the API leads here.

It says what there is, asks (or takes --yes), erases, and looks again until
nothing has turned up for as long as --settle. A key and its record count once.
Killed, it is finished by running it again. A key is exactly that: neither "ab"
nor "a/b" is "a".

Three things live on for a while. URLs that were signed before let their holder
upload again until they expire, 45 minutes at most: take the owner's access away,
and purge once more after that time. CloudFront keeps copies for a day, or as
long as an object's own Cache-Control says; only download URLs that were signed
before read them, for 45 minutes at most, and this removes them at once:
aws cloudfront create-invalidation --distribution-id ID --paths '/u/OWNER/*'.
Access logs, backups of the database, and pages that it has not used again yet
hold names of keys.

It takes the settings of bytepass serve, also from its file and its variables,
and needs those that say where catalog and store are.

Events may be late, and of those of its own deletions the catalog gets entries
with the keys' names again. Ceph delivers them up to two minutes after a gateway
was restarted: there, wait for them with --settle 2m.

Exit codes: 0 all that there was is gone; 1 something is left, and the output says
what and why; 2 used wrongly or not confirmed, nothing was touched; 3 there was
nothing of that name, as after a purge that has ended; 130 interrupted.`

// purging erases what a person or a group has.
type purging struct {
	storage
	owner, group, key, prefix string
	yes, dryRun, json         bool
	settle                    time.Duration
}

// purgePatience is how long uploads may go on turning up, besides the time in
// which events may be late.
const purgePatience = 2 * time.Minute

func newPurge() *cobra.Command {
	p := &purging{}
	c := &cobra.Command{
		Use:     "purge",
		Short:   "Erase a file or a whole space with all versions, for good",
		Long:    purgeHelp,
		Example: purgeExamples,
		Args:    noArguments,
		RunE:    p.run,
	}
	f := c.Flags()
	p.flags(f)
	f.StringVar(&p.owner, "owner", "", "whose files, as the token names the person")
	f.StringVar(&p.group, "group", "", "whose files, as the token names the group")
	f.StringVar(&p.key, "key", "", "erase exactly this key (default: the whole space)")
	f.StringVar(&p.prefix, "prefix", "", "erase what begins with this (default: the whole space)")
	f.BoolVar(&p.yes, "yes", false, "do not ask")
	f.BoolVar(&p.dryRun, "dry-run", false, "only say what there is")
	f.BoolVar(&p.json, "json", false, "print an object of JSON")
	f.DurationVar(&p.settle, "settle", 5*time.Second, "how long nothing may turn up at the end; on Ceph better 2m")
	config.Apart(f, "owner", "group", "key", "prefix", "yes", "dry-run", "json", "settle")
	return c
}

// target returns what the flags name.
func (p *purging) target() (t purge.Target, err error) {
	if (p.owner == "") == (p.group == "") {
		return t, errors.New("name one space, with --owner or --group")
	}
	if p.key != "" && p.prefix != "" {
		return t, errors.New("--key and --prefix contradict each other")
	}
	if p.settle < 0 {
		return t, errors.New("--settle: it cannot be negative")
	}
	if t.Space, err = files.Group(p.group); p.owner != "" {
		t.Space, err = files.Person(p.owner)
	}
	if err == nil && p.key != "" {
		t.Key, err = files.ParseKey(p.key)
	}
	if err == nil {
		t.Prefix, err = files.ParsePrefix(p.prefix)
	}
	return t, err
}

// emptyTarget refuses what names nothing: of --key "$KEY" an empty variable
// would make the whole space.
func emptyTarget(f *pflag.FlagSet) error {
	for _, name := range []string{"owner", "group", "key", "prefix"} {
		if flag := f.Lookup(name); flag.Changed && flag.Value.String() == "" {
			return fmt.Errorf("--%s: is empty; write what to erase, or leave the flag out", name)
		}
	}
	return nil
}

func (p *purging) run(c *cobra.Command, _ []string) (err error) {
	if err := emptyTarget(c.Flags()); err != nil {
		return usageError{err}
	}
	target, err := p.target()
	if err != nil {
		return usageError{err}
	}
	cfg, err := p.load(c)
	if err != nil {
		return err
	}
	if !p.yes && !p.dryRun && !onTerminal(c.InOrStdin()) {
		return usageError{errors.New("nobody can be asked here: look with --dry-run, and then say --yes")}
	}
	store, err := p.open(c.Context(), cfg)
	if err != nil {
		return asWritten(err, p.settings)
	}
	defer func() { err = errors.Join(err, store.close()) }()
	progress := &purgeProgress{out: c.ErrOrStderr(), now: time.Now}
	work, err := purge.New(purge.Config{
		Store: store.client, Bucket: store.bucket, Uploads: bucket.NewMultipart(store.client, store.bucket), Catalog: store.catalog,
		Target: target, OneByOne: store.oneByOne, Settle: p.settle, Patience: purgePatience + p.settle, Now: time.Now, Progress: progress.tell,
	})
	if err != nil {
		return usageError{err}
	}
	return p.do(c, work, target)
}

// do plans, asks, erases and tells.
func (p *purging) do(c *cobra.Command, work *purge.Purge, target purge.Target) error {
	start := time.Now()
	plan, err := work.Plan(c.Context())
	if err != nil {
		return err
	}
	if !p.json {
		tellPlan(c.OutOrStdout(), target, plan)
	}
	if p.dryRun {
		if p.json {
			err = writePurge(c.OutOrStdout(), target, plan, nil, start)
		}
		return cmp.Or(err, existed(target, plan, &purge.Result{}))
	}
	if plan.Any() && !p.yes {
		if err := confirmed(c.Context(), c.InOrStdin(), c.ErrOrStderr(), target.Space.String()); err != nil {
			return err
		}
	}
	result, err := work.Run(c.Context())
	switch {
	case err != nil:
		return fmt.Errorf("%w; what was erased so far: %s. Run it again", err, countsText(result.Erased))
	case p.json:
		err = writePurge(c.OutOrStdout(), target, plan, &result, start)
	case existed(target, plan, &result) == nil:
		tellResult(c.OutOrStdout(), result, time.Since(start))
	}
	if err == nil && !result.Clean() {
		err = failures{errors.New("something is left")}
	}
	return cmp.Or(err, existed(target, plan, &result))
}

// existed returns nil if there is or was anything of the target, and else an
// error: of a name that was mistyped nothing is left either, which proves
// nothing of the one that was meant.
func existed(target purge.Target, plan purge.Plan, r *purge.Result) error {
	if plan.Any() || r.Erased.Any() || !r.Clean() {
		return nil
	}
	return nothingThere(targetText(target))
}

// nothingThere is the error of a target of which there was nothing.
type nothingThere string

// Error asks for a look at the name.
func (n nothingThere) Error() string {
	return fmt.Sprintf("there was nothing of %s; is the name right?", string(n))
}

// Is says that it is one of what does not exist.
func (nothingThere) Is(other error) bool { return other == fs.ErrNotExist }
