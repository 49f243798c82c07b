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
so. --no-probe is for stores where no bucket may be made; then only writing the
real one shows what the store does.` + bucketHelp + `

Exit codes: 0 done; 5 the store lacks what --require names; 1 something failed;
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

// outcome is what --json prints.
type provisioned struct {
	Endpoint string      `json:"endpoint"`
	Store    onprem.Kind `json:"store"`
	provision.Diff
	HoldsObjects bool          `json:"holdsObjects"`
	Topic        string        `json:"topic,omitempty"` // "made" or "kept", where notifications go to one
	Applied      bool          `json:"applied"`         // whether there is nothing left to do
	Without      []string      `json:"without"`         // for bytepass drift --without
	Steps        []onprem.Step `json:"steps"`           // what is left to do by hand

	Policies map[string]json.RawMessage `json:"policies"` // by user
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
	return nil
}

func (p *provisioning) provision(c *cobra.Command, s *site) error {
	ctx := c.Context()
	topic, err := p.topic(ctx, s)
	if err != nil {
		return err
	}
	diff, err := p.prepare(ctx, c.ErrOrStderr(), s)
	if err != nil {
		return err
	}
	told := p.outcome(s, diff)
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
		return errors.Join(p.finish(c, told), lacking)
	case nothing:
		told.Applied = true
		return p.finish(c, told)
	case !p.yes && !agreed(c, diff.Bucket):
		return errors.New("nothing was written")
	}
	if topic.wanting {
		if diff, err = p.makeTopic(ctx, s, topic.hook, diff); err != nil {
			return err
		}
		told.Topic = "made"
	}
	gaps, err := provision.Apply(ctx, diff)
	diff.Gaps = gaps
	told.Diff = diff
	if err != nil {
		return fmt.Errorf("%w; run the same again to complete it", err)
	}
	told.Applied, told.Without = true, provision.Without(gaps)
	return errors.Join(p.finish(c, told), p.lacking(gaps))
}

// prepare removes what killed runs have left and works out the plan.
func (p *provisioning) prepare(ctx context.Context, log io.Writer, s *site) (provision.Diff, error) {
	if p.noProbe || p.dryRun && !p.probe {
		return provision.Prepare(ctx, s.target, s.settings, nil)
	}
	scratch := &provision.Scratch{Client: s.client, Region: s.target.Region, Now: time.Now, Random: rand.Reader}
	removed, err := scratch.RemoveLeftovers(ctx)
	if len(removed) > 0 {
		fmt.Fprintln(log, "removed the scratch buckets of runs that were killed:", strings.Join(removed, ", "))
	}
	if err != nil {
		fmt.Fprintln(log, err) // it is in nobody's way
	}
	return provision.Prepare(ctx, s.target, s.settings, scratch)
}

// topicPlan is what is to do about the topic of the notifications.
type topicPlan struct {
	hook    onprem.Webhook
	wanting bool
}

// topic looks for the topic of the webhook, on a store that has topics.
func (p *provisioning) topic(ctx context.Context, s *site) (topicPlan, error) {
	if s.kind != onpremTopics || p.webhookURL == "" {
		return topicPlan{}, nil
	}
	hook, err := p.webhook()
	if err != nil {
		return topicPlan{}, err
	}
	arn, right, err := s.topics.Find(ctx, s.target.Bucket, hook)
	if err != nil {
		return topicPlan{}, err
	}
	if arn != "" {
		s.target.Notify = s.kind.Notification(arn)
	} else {
		s.target.Apart["notification"] = "it goes to the topic that is made first"
	}
	return topicPlan{hook: hook, wanting: !right}, nil
}

// makeTopic makes the topic and adds what is to do with it to the plan.
func (p *provisioning) makeTopic(ctx context.Context, s *site, hook onprem.Webhook, diff provision.Diff) (provision.Diff, error) {
	arn, err := s.topics.Make(ctx, s.target.Bucket, hook)
	if err != nil {
		return diff, err
	}
	if s.target.Notify != nil {
		return diff, nil
	}
	delete(s.target.Apart, "notification")
	s.target.Notify = s.kind.Notification(arn)
	only, err := provision.Plan(ctx, s.target, s.settings)
	if err != nil {
		return diff, err
	}
	return diff.With("notification", only), nil
}

// webhook returns where the store sends its events.
func (b *bucketFlags) webhook() (onprem.Webhook, error) {
	if b.webhookSecret == "" {
		return onprem.Webhook{}, usageError{errors.New("--webhook-url: set BYTEPASS_WEBHOOK_SECRET, too: the store has to be told the secret")}
	}
	return onprem.Webhook{URL: b.webhookURL, Secret: b.webhookSecret}, nil
}

func (p *provisioning) outcome(s *site, diff provision.Diff) provisioned {
	folder := p.policies
	if folder == "" {
		folder = "POLICIES"
	}
	told := provisioned{Endpoint: p.s3.Endpoint, Store: s.kind, Diff: diff, Without: provision.Without(diff.Gaps), Steps: []onprem.Step{}}
	if !p.noUsers {
		told.Steps = s.kind.Steps(onprem.Site{Endpoint: p.s3.Endpoint, Bucket: diff.Bucket, Users: p.users, Policies: folder, Webhook: p.webhookURL})
	}
	return told
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
		if err := os.MkdirAll(p.policies, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(p.policies, user+".json"), document, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// announce prints the plan for people.
func (p *provisioning) announce(w io.Writer, told provisioned, topic topicPlan) error {
	state := "is there and empty"
	switch {
	case told.Create:
		state = "is not there yet"
	case told.HoldsObjects:
		state = "is there and holds objects"
	}
	fmt.Fprintf(w, "bucket %s on %s (%s) %s\n", told.Bucket, told.Endpoint, told.Store, state)
	if err := told.Write(w, onTerminal(w)); err != nil {
		return err
	}
	if told.HoldsObjects && changes(told.Diff, "versioning") {
		fmt.Fprintln(w, "objects that are there become the first versions of their keys; from now on nothing is overwritten for good")
	}
	if topic.wanting {
		fmt.Fprintf(w, "topic %s\n  + goes to %s\n", onprem.TopicName(told.Bucket), topic.hook.URL)
	}
	return nil
}

func changes(d provision.Diff, setting string) bool {
	for _, c := range d.Changes {
		if c.Setting == setting {
			return true
		}
	}
	return false
}

// finish prints what came of it.
func (p *provisioning) finish(c *cobra.Command, told provisioned) error {
	w := c.OutOrStdout()
	if p.json {
		return json.NewEncoder(w).Encode(told)
	}
	for n, step := range told.Steps {
		if n == 0 {
			fmt.Fprintln(w, "\nleft to you, once (words in capitals are yours to fill in):")
		}
		fmt.Fprintf(w, "  %s\n", step.What)
		for _, command := range step.Commands {
			fmt.Fprintf(w, "    %s\n", command)
		}
	}
	fmt.Fprintf(w, "\nto compare later: %s\n", driftCommand(c.Flags(), told.Without))
	switch {
	case p.dryRun:
		fmt.Fprintf(w, "\n%d changes; nothing was written\n", len(told.Changes))
	case len(told.Changes) == 0 && !told.Create && told.Topic == "":
		fmt.Fprintln(w, "\nnothing to change: the bucket is what the template says, as far as the store goes")
	default:
		fmt.Fprintf(w, "\ndone: %d settings written and read back\n", len(told.Changes))
	}
	return nil
}

// agreed asks on the terminal.
func agreed(c *cobra.Command, bucket string) bool {
	fmt.Fprintf(c.ErrOrStderr(), "Write this to bucket %s? [y/N] ", bucket)
	line, err := bufio.NewReader(c.InOrStdin()).ReadString('\n')
	answer := strings.ToLower(strings.TrimSpace(line))
	return err == nil && (answer == "y" || answer == "yes")
}

// onTerminal reports whether somebody looks at a file, or types into it.
func onTerminal(file any) bool {
	f, ok := file.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
