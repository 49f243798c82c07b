// Package provision applies the storage stack's CloudFormation template to an
// S3-compatible store that CloudFormation knows nothing of: the embedded one
// of a laptop, or a team's own.
//
// The work goes in four steps, each usable on its own:
//
//	Read    template → Settings: what the bucket shall be, as typed values
//	Plan    Settings + what the store has → the changes, and the gaps known so far
//	Apply   makes the changes, reads each back → the gaps that are left
//	Gap     what the store cannot do, why, and what that means
//
// Nothing here deletes a bucket, an object, or a setting that the template
// does not name. Every step is idempotent: a second Apply changes nothing, and
// one that was cut short is completed by the next.
//
// A setting is one value of type aspect: how the template spells it, how S3
// reads and writes it, and when two values mean the same. To add a setting,
// write its aspect in a file of its own and list it in aspects.
package provision
