package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/bytepass/bytepass/runtime/provision"
)

const driftExamples = `  # a deployment on AWS, with the credentials and region of the AWS CLI
  cdk synth && bytepass drift --assembly cdk.out

  # a store of your own, in CI: exit code 5 says that the bucket is not what the template says
  bytepass drift --endpoint https://s3.example --bucket files --without encryption,logging --json`

// drift compares a bucket with the template.
type drift struct {
	bucketFlags
}

func newDrift() *cobra.Command {
	d := &drift{}
	c := &cobra.Command{
		Use:   "drift",
		Short: "Compare a bucket with the template, setting by setting",
		Long: `Compare a bucket with the template, setting by setting and by meaning: order,
spelling and defaults do not count. It only reads. Without --endpoint the bucket
is on AWS. What the template has and only CloudFormation knows, such as the name
of a role, may be anything, but the same everywhere.

On a store that lacks settings, name them with --without, as bytepass provision
prints it.` + bucketHelp + `

Exit codes: 0 the bucket is what the template says; 5 it is not, or lacks what
--require names; 1 the store did not answer; 2 used wrongly.`,
		Example: driftExamples,
		Args:    noArguments,
		RunE:    d.run,
	}
	d.flags(c)
	return c
}

func (d *drift) run(c *cobra.Command, _ []string) error {
	if err := d.load(c); err != nil {
		return err
	}
	ctx := c.Context()
	s, err := d.open(ctx)
	if err != nil {
		return err
	}
	if err := d.findTopic(c, s); err != nil {
		return err
	}
	found, err := provision.Compare(ctx, s.target, s.settings)
	if err != nil {
		return asNamed(err)
	}
	if d.json {
		err = json.NewEncoder(c.OutOrStdout()).Encode(found)
	} else {
		err = found.Write(c.OutOrStdout(), onTerminal(c.OutOrStdout()))
	}
	if err != nil {
		return err
	}
	if found.Drifted() {
		return differs{fmt.Errorf("bucket %s is not what the template says", found.Bucket)}
	}
	var gaps []provision.Gap
	for _, compared := range found.Settings {
		gaps = append(gaps, compared.Gaps...)
	}
	return d.lacking(gaps)
}

// findTopic has Ceph's notification go to the topic of the webhook.
func (d *drift) findTopic(c *cobra.Command, s *site) error {
	if s.kind != onpremTopics || d.webhookURL == "" {
		return nil
	}
	hook, err := d.webhook()
	if err != nil {
		return err
	}
	arn, right, err := s.topics.Find(c.Context(), s.target.Bucket, hook)
	if err != nil {
		return err
	}
	if !right {
		arn = "a topic that goes to " + d.webhookURL
	}
	s.target.Notify = s.kind.Notification(arn)
	return nil
}

// driftCommand returns the command that compares what one with these flags has
// provisioned, on a store that goes without some settings.
func driftCommand(provisioned *pflag.FlagSet, without []string) string {
	words, known := []string{"bytepass", "drift"}, newDrift().Flags()
	skipped := []string{"json", "require", "s3-access-key", "s3-secret-key-file", "without"}
	provisioned.Visit(func(f *pflag.Flag) {
		if known.Lookup(f.Name) == nil || f.Value.Type() == "secret" || slices.Contains(skipped, f.Name) {
			return
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		} else if f.Value.Type() == "stringToString" {
			values = strings.Split(strings.Trim(values[0], "[]"), ",")
		}
		for _, value := range values {
			word := "--" + strings.TrimPrefix(f.Name, "s3-")
			if f.Value.Type() != "bool" || value != "true" {
				word += "=" + value
			}
			words = append(words, shellWord(word))
		}
	})
	if len(without) > 0 {
		words = append(words, "--without", strings.Join(without, ","))
	}
	return strings.Join(words, " ")
}

// shellWord quotes what a shell would take apart.
func shellWord(word string) string {
	if strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=:/.,@%+") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
