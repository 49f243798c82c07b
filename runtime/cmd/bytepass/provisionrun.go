package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/spf13/cobra"

	"github.com/bytepass/bytepass/runtime/provision"
)

// provision plans, says so, asks, writes and tells.
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
	lacking := p.short(diff.Gaps)
	switch {
	case lacking != nil || p.dryRun:
		told.Applied = nothing
		return errors.Join(p.finish(c, told, false), p.unmet(diff))
	case nothing:
		told.Applied = true
		return errors.Join(p.finish(c, told, false), p.unmet(diff))
	case !p.yes:
		if err := agreed(ctx, c.InOrStdin(), c.ErrOrStderr(), diff.Bucket); err != nil {
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
	if wrong := (*provision.NamedWrongly)(nil); errors.As(err, &wrong) {
		return asNamed(err)
	}
	if err != nil {
		return fmt.Errorf("%w; run the same again to complete it", err)
	}
	told.Applied = true
	written := diff
	written.Changes = nil // they were read back
	told.Steps = p.steps(s, written)
	return errors.Join(p.finish(c, told, true), p.unmet(written))
}

// short returns an error if a store with these gaps lacks what is required, or
// keeps no versions, which bytepass serve always requires. Whoever leaves
// versioning out with --without has said that it does not count.
func (p *provisioning) short(gaps []provision.Gap) error {
	if err := p.lacking(gaps); err != nil {
		return err
	}
	for _, g := range gaps {
		if g.Setting == "versioning" && g.Reason != provision.NotForStore {
			return differs{fmt.Errorf("bytepass serve refuses a bucket without versions, and versioning is %s (%s): %s", g.Reason, g.Detail, g.Consequence)}
		}
	}
	return nil
}

// unmet returns an error if a plan lacks what is required, or if that is not
// known of it, because nothing was tried.
func (p *provisioning) unmet(diff provision.Diff) error {
	lacking, unknown := p.short(diff.Gaps), diff.Untried(p.demand)
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

// prepare works out the plan and removes what killed runs have left, whatever
// becomes of this one, unless the store cannot be asked at all.
func (p *provisioning) prepare(ctx context.Context, log io.Writer, s *site) (provision.Diff, error) {
	if p.noProbe || p.dryRun && !p.probe {
		return provision.Prepare(ctx, s.target, s.settings, nil)
	}
	scratch := &provision.Scratch{Client: s.client, HTTP: storeClient(), Region: s.target.Region, Now: time.Now, Random: rand.Reader}
	diff, err := provision.Prepare(ctx, s.target, s.settings, scratch)
	if errors.As(err, new(*provision.NamedWrongly)) || ctx.Err() != nil {
		return diff, err
	}
	removed, failed := scratch.RemoveLeftovers(ctx)
	if len(removed) > 0 {
		fmt.Fprintln(log, "removed the scratch buckets of runs that were killed:", strings.Join(removed, ", "))
	}
	if failed != nil {
		fmt.Fprintln(log, failed) // it is in nobody's way
	}
	return diff, err
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
