// Package stacks is what Bytepass deploys on AWS, as CDK constructs and as the
// stacks made of them.
//
// Storage is the bucket, its two keys, its log bucket, every role with its
// rights, and the Delivery of downloads by CloudFront where that is set, because
// bucket policy, key policies, roles and distribution name each other. API is
// the functions, the HTTP API in front of them with the Identity whose tokens it
// takes, the catalog's table and the queue that feeds it. New makes both as
// stacks of an app; another app can use NewStorage and NewAPI inside its own
// stacks.
//
// Rules of the house:
//   - Statements are written by hand: no grant methods, no managed policies,
//     no wildcard but those that accept explains beside the resource.
//   - Roles are made in roles.go, complete, and handed on immutable.
//   - Physical names come from names.go, contain the stage, and are given only
//     where a policy has to name something that does not exist yet.
//   - Denials use conditions that match what is forbidden, never the absence
//     of what is allowed, so that a request without the key is not caught.
package stacks
