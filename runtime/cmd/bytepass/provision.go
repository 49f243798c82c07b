package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

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
do is tried on a scratch bucket (` + provision.ScratchPrefix + `…) that is
removed again; the plan is printed; and when you agree it is applied and read
back. What the store does not do is listed with its consequence, and what nobody
but you can do with the commands for it. A second run changes nothing; one that
was cut short is completed by the next.

Nothing is deleted: no bucket, no object, and no setting of others. Their rules,
statements and tags stay beside those of the template, and a setting of one
value stays as it is, unless --replace names it.

--dry-run writes nothing at all, so it tries nothing either, unless --probe says
so; what --require names and only a trial can tell is then an error, too.
--no-probe is for stores where no bucket may be made; then only writing the real
one shows what the store does.` + bucketHelp + `

Exit codes: 0 done; 5 the store lacks what --require names, or whether it does is
not known, or it keeps no versions, so that bytepass serve would refuse it;
1 something failed; 2 used wrongly, nothing was touched; 130 interrupted.`,
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
