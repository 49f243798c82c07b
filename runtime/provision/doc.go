// Package provision applies the storage stack's CloudFormation template to an
// S3-compatible store that CloudFormation knows nothing of: the embedded one
// of a laptop, or a team's own. And it compares a bucket with the template, on
// AWS too.
//
// The work goes in steps, each usable on its own:
//
//	Read     template → Settings: what the bucket shall be, as typed values
//	Plan     Settings + what the store has → the changes, and the gaps known so far
//	Probe    tries the changes on a scratch bucket → what the store really does
//	Keep     takes out what would overwrite somebody else's values
//	Apply    makes the changes, reads each back → the gaps that are left
//	Compare  Settings + what the store has → what differs; it only reads
//	Gap      what the store cannot do, why, and what that means
//
// Prepare is Plan, Probe and Keep, for a store of which nothing is known.
//
// Nothing here deletes a bucket, an object, or a setting that the template does
// not name; scratch buckets and the one object in them are the exception. Rules,
// statements and tags of others stay beside those of the template. Every step is
// idempotent: a second Apply changes nothing, and one that was cut short is
// completed by the next.
//
// A setting is one value of type aspect: how the template spells it, how S3
// reads and writes it, and when two values mean the same. To add a setting,
// write its aspect in a file of its own and list it in aspects.
package provision
