// Package sign makes presigned S3 requests: a URL, or the fields of a form,
// that let whoever holds them do exactly one thing with exactly one object
// until they expire. It is AWS Signature Version 4 in its query form
// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html)
// and its POST form
// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html),
// for the service s3 with an unsigned payload, and nothing else. Besides the
// domain's types it uses the standard library only.
//
// A Signer signs for one bucket. It does no I/O: its Provider hands it
// credentials, and package assume holds the one that asks STS. What depends
// only on the credentials and the day (the derived key, the escaped session
// token, the hash states of the key's pads) is computed once and kept, so what
// is left for a URL is writing it down and hashing it.
//
// What to trust it with: the result is byte for byte what aws-sdk-go-v2 gives
// (TestSameAsSDK), a real S3 server accepts it and refuses everything else
// (package accept), and TestRatio measures both beside the SDK.
//
// A signed URL is a bearer credential. Nothing in this package logs one, and
// no error holds one.
package sign
