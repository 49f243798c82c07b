package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/provision/onprem"
)

// provisioned is what --json prints.
type provisioned struct {
	Endpoint string      `json:"endpoint"`
	Store    onprem.Kind `json:"store"`
	provision.Diff
	HoldsObjects bool          `json:"holdsObjects"`
	Topic        string        `json:"topic,omitempty"` // "made" or "kept", where notifications go to one
	Applied      bool          `json:"applied"`         // whether there is nothing left to do
	Without      []string      `json:"without"`         // for bytepass drift --without
	Unknown      []string      `json:"unknown"`         // what --require names and only a trial can tell
	Steps        []onprem.Step `json:"steps"`           // what is left to do by hand

	Policies map[string]json.RawMessage `json:"policies"` // by user
}

func (p *provisioning) outcome(s *site, diff provision.Diff) provisioned {
	told := provisioned{Endpoint: p.s3.Endpoint, Store: s.kind, Steps: p.steps(s, diff)}
	told.set(diff)
	return told
}

// steps returns what is left to the operator when a plan, or what came of it, is
// where things stand.
func (p *provisioning) steps(s *site, diff provision.Diff) []onprem.Step {
	if p.noUsers {
		return []onprem.Step{}
	}
	folder := p.policies
	if folder == "" {
		folder = "POLICIES"
	}
	return list(s.kind.Steps(onprem.Site{
		Endpoint: p.s3.Endpoint, Bucket: diff.Bucket, Users: p.users, Policies: folder, Webhook: p.webhookURL, Origins: p.origins,
		Named: s.namesUsers(diff),
	}))
}

// set takes over a plan, or what came of it.
func (p *provisioned) set(diff provision.Diff) {
	diff.Changes, diff.Foreign, diff.Gaps = list(diff.Changes), list(diff.Foreign), list(diff.Gaps)
	p.Diff, p.Without = diff, list(provision.Without(diff.Gaps))
}

// list returns a list that is [] in JSON when it is empty.
func list[T any](all []T) []T { return append([]T{}, all...) }

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
	if told.HoldsObjects && changes(told.Diff, "lifecycle") {
		fmt.Fprintln(w, "the lifecycle counts for what is there already, too: old versions and unfinished uploads beyond its days go")
	}
	if topic.wanting {
		fmt.Fprintf(w, "topic %s\n  + goes to %s; a new one tells nothing for up to %.0f seconds, and then all of it\n",
			onprem.TopicName(told.Bucket), topic.hook.URL, onprem.TopicWakes.Seconds())
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

// finish prints what came of it, and whether anything was written.
func (p *provisioning) finish(c *cobra.Command, told provisioned, written bool) error {
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
	kept := told.kept()
	switch {
	case written:
		fmt.Fprintf(w, "\ndone: %s written and read back\n", count(len(told.Changes), "setting"))
	case p.dryRun || !told.Applied:
		fmt.Fprintf(w, "\n%s; nothing was written\n", count(len(told.Changes), "change"))
	case len(kept) > 0:
		fmt.Fprintln(w, "\nnothing to change: beside what was kept the bucket is what the template says, as far as the store goes")
	default:
		fmt.Fprintln(w, "\nnothing to change: the bucket is what the template says, as far as the store goes")
	}
	if len(kept) > 0 {
		fmt.Fprintf(w, "not as in the template, and kept: %s\n", strings.Join(kept, ", "))
	}
	return nil
}

// kept names what others have set and stays.
func (p *provisioned) kept() []string {
	var all []string
	for _, f := range p.Foreign {
		all = append(all, strings.TrimSpace(f.Setting+" "+f.Part))
	}
	for _, g := range p.Gaps {
		if g.Reason == provision.Kept {
			all = append(all, strings.TrimSpace(g.Setting+" "+g.Part))
		}
	}
	return all
}
