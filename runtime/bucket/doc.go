// Package bucket is the S3 calls that are not presigned: what the functions
// and the server do with objects themselves. It knows S3 and package files,
// and keeps no state.
//
// Bucket has one method for each thing that is done, and every method names
// the IAM actions that it needs, so that a role can be read off the methods
// that its function calls. Where the bucket encrypts with a key of the
// customer, reading needs kms:Decrypt and writing kms:GenerateDataKey besides.
//
// Object keys are compared whole: S3 answers by prefix in many places, and
// "ab" is not "a". They are sent and read back byte for byte, whatever is in
// them.
//
// The client that a Bucket is made of decides about retries (the SDK's
// standard ones are right) and must ask for checksums only when they are
// required: not every store takes the SDK's default ones.
package bucket
