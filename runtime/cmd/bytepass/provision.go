package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/provision/onprem"
)

const provisionExamples = `  # see what would be done; nothing is written
  bytepass provision --endpoint https://s3.example --bucket files --dry-run

  # do it, and ask before
  bytepass provision --endpoint https://s3.example --bucket files --origin https://app.example \
    --sse-s3 --webhook-url https://files.example/events

  # in a pipeline, by your own stacks' template; a store without lifecycle is not good enough
  cdk synth && bytepass provision --assembly cdk.out --endpoint https://s3.example --bucket files \
    --require encryption,lifecycle --yes --json`

// onpremTopics is the store whose notifications go to topics.
const onpremTopics = onprem.Ceph

// provisioning sets up a bucket on a store.
type provisioning struct {
	bucketFlags
	dryRun, yes, probe, noProbe bool

	replace  []string
	policies string
}

func newProvision() *cobra.Command {
	p := &provisioning{}
	c := &cobra.Command{
		Use:   "provision",
		Short: "Set up a bucket on a store of your own as the template says",
		Long: `Set up a bucket on an S3-compatible store as the CloudFormation template says
that describes it on AWS. What the store has is compared with that; what it can
do is tried on a scratch bucket (` + provision.ScratchPrefix + `…) that is removed again; the plan
is printed; and when you agree it is applied and read back. What the store does
not do is listed with its consequence, and what nobody but you can do with the
commands for it. A second run changes nothing; one that was cut short is
completed by the next.

Nothing is deleted: no bucket, no object, and no setting of others. Their rules,
statements and tags stay beside those of the template, and a setting of one
value stays as it is, unless --replace names it.

--dry-run writes nothing at all, so it tries nothing either, unless --probe says
so; what --require names and only a trial can tell is then an error, too. --no-probe is for stores where no bucket may be made; then only writing the
real one shows what the store does.` + bucketHelp + `

Exit codes: 0 done; 5 the store lacks what --require names, or whether it does is
not known; 1 something failed;
2 used wrongly, nothing was touched; 130 interrupted.`,
		Example: provisionExamples,
		Args:    noArguments,
		RunE:    p.run,
	}
	p.flags(c)
	f := c.Flags()
	f.BoolVar(&p.dryRun, "dry-run", false, "print the plan and write nothing")
	f.BoolVar(&p.yes, "yes", false, "do not ask")
	f.BoolVar(&p.probe, "probe", false, "with --dry-run: try on a scratch bucket what the store does")
	f.BoolVar(&p.noProbe, "no-probe", false, "make no scratch bucket")
	f.StringSliceVar(&p.replace, "replace", nil, "settings of which nothing of others stays, such as cors,policy")
	f.StringVar(&p.policies, "write-policies", "", "folder to write the policies of the users to")
	return c
}

func (p *provisioning) run(c *cobra.Command, _ []string) error {
	if err := p.load(c); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	s, err := p.open(c.Context())
	if err != nil {
		return err
	}
	s.target.Replace = map[string]bool{}
	for _, name := range p.replace {
		s.target.Replace[name] = true
	}
	return p.provision(c, s)
}

// check refuses a command line that cannot be carried out.
func (p *provisioning) check() error {
	switch {
	case p.s3.Endpoint == "":
		return usageError{errors.New("name the store with --endpoint; on AWS, deploy the stacks with cdk deploy")}
	case p.probe && p.noProbe:
		return usageError{errors.New("--probe and --no-probe contradict each other")}
	case p.dryRun && p.yes:
		return usageError{errors.New("--dry-run and --yes contradict each other")}
	case !p.dryRun && !p.yes && (p.json || !onTerminal(os.Stdin) || !onTerminal(os.Stderr)):
		return usageError{errors.New("there is nobody to ask: agree with --yes, or look at the plan with --dry-run")}
	}
	if err := provision.CheckNames(p.replace); err != nil {
		return usageError{fmt.Errorf("--replace: %w", err)}
	}
	if p.policies != "" {
		if err := makeFolder(p.policies); err != nil {
			return usageError{fmt.Errorf("--write-policies: %w", err)}
		}
	}
	return nil
}

// makeFolder makes a folder unless it is there, and finds out whether files can
// be made in it.
func makeFolder(path string) error {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	return canReplace(filepath.Join(path, "policy"))
}

func (p *provisioning) provision(c *cobra.Command, s *site) error {
	ctx := c.Context()
	topic, err := p.topic(ctx, s)
	if err != nil {
		return err
	}
	diff, err := p.prepare(ctx, c.ErrOrStderr(), s)
	if err != nil {
		return asNamed(err)
	}
	if topic.wanting && s.target.Notify == nil {
		diff = diff.With("notification", provision.Diff{}) // it follows when the topic is there
	}
	told := p.outcome(s, diff)
	told.Unknown = list(diff.Untried(p.demand))
	if told.HoldsObjects, err = holdsObjects(ctx, s, diff); err != nil {
		return err
	}
	if err := p.writePolicies(s, &told); err != nil {
		return err
	}
	if !p.json {
		if err := p.announce(c.OutOrStdout(), told, topic); err != nil {
			return err
		}
	}
	nothing := !diff.Create && len(diff.Changes) == 0 && !topic.wanting
	lacking := p.lacking(diff.Gaps)
	switch {
	case lacking != nil || p.dryRun:
		told.Applied = nothing
		return errors.Join(p.finish(c, told, false), p.unmet(diff))
	case nothing:
		told.Applied = true
		return errors.Join(p.finish(c, told, false), p.unmet(diff))
	case !p.yes:
		if err := agreed(c, diff.Bucket); err != nil {
			return err
		}
	}
	if topic.wanting {
		if diff, err = p.makeTopic(ctx, s, topic.hook, diff); err != nil {
			return err
		}
		told.Topic = "made"
	}
	gaps, err := provision.Apply(ctx, diff)
	diff.Gaps = gaps
	told.set(diff)
	if err != nil {
		return fmt.Errorf("%w; run the same again to complete it", err)
	}
	told.Applied = true
	written := diff
	written.Changes = nil // they were read back
	return errors.Join(p.finish(c, told, true), p.unmet(written))
}

// unmet returns an error if a plan lacks what is required, or if that is not
// known of it, because nothing was tried.
func (p *provisioning) unmet(diff provision.Diff) error {
	lacking, unknown := p.lacking(diff.Gaps), diff.Untried(p.demand)
	if len(unknown) == 0 {
		return lacking
	}
	remedy := "have it tried with --probe"
	if p.noProbe {
		remedy = "have it tried without --no-probe"
	}
	text := fmt.Sprintf("--require: it takes a trial to know whether the store does %s; %s", strings.Join(unknown, ", "), remedy)
	if lacking != nil {
		text = lacking.Error() + "; and it takes a trial to know of " + strings.Join(unknown, ", ") + ": " + remedy
	}
	return differs{errors.New(text)}
}

// prepare works out the plan and removes what killed runs have left.
func (p *provisioning) prepare(ctx context.Context, log io.Writer, s *site) (provision.Diff, error) {
	if p.noProbe || p.dryRun && !p.probe {
		return provision.Prepare(ctx, s.target, s.settings, nil)
	}
	scratch := &provision.Scratch{Client: s.client, Region: s.target.Region, Now: time.Now, Random: rand.Reader}
	diff, err := provision.Prepare(ctx, s.target, s.settings, scratch)
	if err != nil {
		return diff, err
	}
	removed, err := scratch.RemoveLeftovers(ctx)
	if len(removed) > 0 {
		fmt.Fprintln(log, "removed the scratch buckets of runs that were killed:", strings.Join(removed, ", "))
	}
	if err != nil {
		fmt.Fprintln(log, err) // it is in nobody's way
	}
	return diff, nil
}

// holdsObjects reports whether there is anything in the bucket yet.
func holdsObjects(ctx context.Context, s *site, diff provision.Diff) (bool, error) {
	if diff.Create {
		return false, nil
	}
	page, err := s.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &diff.Bucket, MaxKeys: aws.Int32(1)})
	if err != nil {
		return false, fmt.Errorf("looking into bucket %s: %w", diff.Bucket, err)
	}
	return len(page.Contents) > 0, nil
}

// writePolicies makes the policies of the users, and writes them to files if
// asked to.
func (p *provisioning) writePolicies(s *site, told *provisioned) error {
	told.Policies = map[string]json.RawMessage{}
	if p.noUsers {
		return nil
	}
	documents, err := s.kind.Policies(told.Bucket, p.users, onprem.OldestSignature(s.settings))
	if err != nil {
		return err
	}
	for user, document := range documents {
		told.Policies[user] = document
		if p.policies == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(p.policies, policyFile(user)), document, 0o644); err != nil {
			return usageError{fmt.Errorf("--write-policies: %w", err)}
		}
	}
	return nil
}

// policyFile is the name of the file of a user's policy; slashes, which an ARN
// has, are none of a file's name.
func policyFile(user string) string { return strings.ReplaceAll(user, "/", "_") + ".json" }

// agreed asks on the terminal. The error is a no, or an interruption.
func agreed(c *cobra.Command, bucket string) error {
	fmt.Fprintf(c.ErrOrStderr(), "Write this to bucket %s? [y/N] ", bucket)
	answers := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(c.InOrStdin()).ReadString('\n') // what cannot be read is no yes
		answers <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-c.Context().Done():
		return c.Context().Err()
	case answer := <-answers:
		if answer == "y" || answer == "yes" {
			return nil
		}
		return errors.New("nothing was written")
	}
}

// onTerminal reports whether somebody looks at a file, or types into it.
func onTerminal(file any) bool {
	f, ok := file.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
