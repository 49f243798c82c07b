// Package edge signs downloads through CloudFront: URLs that let whoever holds
// them read one version of one object at the edge until they expire.
//
// CloudFront knows two forms, and both are here. A canned policy is only an
// expiry: CloudFront writes the policy down again from the URL that it is
// asked for, so nothing but exactly that URL can match. It is what PresignGet
// uses. A custom policy travels in the URL and can also name a first moment
// and the addresses of the viewer
// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-signed-urls.html).
//
// # The URL
//
//	https://<domain>/<object key>
//	    ?versionId=…&response-content-disposition=…   what the edge caches by, in this order, absent when empty
//	    &Expires=…  or  &Policy=…                     the canned or the custom policy
//	    &Signature=…&Key-Pair-Id=…&Hash-Algorithm=SHA256
//
// In a custom policy "*" matches any characters and "?" any one. There is no
// documented way to quote them, so a key or a value never brings one in: every
// byte but letters, digits and "-._~" (and the "/" of a key) is percent-encoded
// before the policy is written, "*" as %2A and "?" as %3F. CloudFront compares
// the policy with the URL as it was sent, where %2A stays %2A, and S3 decodes
// it to find the object. The one "?" that is left begins the query; it could
// match another character only in a URL whose path goes on with the whole
// query, which is no key that Bytepass gives out a version of. A canned policy
// has no such corner.
//
// # Keys and hashes
//
// A key pair is ECDSA P-256 or RSA-2048, as CloudFront takes them in key
// groups; ECDSA, because it signs some thirty times faster and makes shorter
// URLs. Signatures are PKCS #1 v1.5 for RSA and ASN.1 DER for ECDSA, over the
// SHA-256 of the policy, which CloudFront takes since April 2026 when the URL
// says so in Hash-Algorithm; without that parameter it takes SHA-1, for both
// kinds of key. That SHA-256 goes with ECDSA too is what the documentation and
// the published signers of other languages do; it is the one thing here that
// was only tried against our own verification (package edgetest), and
// Config.Hash falls back to SHA-1 if it has to.
//
// The keys come from a KeySource. Package secretkey has the one that reads
// what package signingkey keeps in Secrets Manager, and follows its rotations.
//
// A signed URL is a bearer credential. Nothing in this package logs one, and
// no error holds one. Besides the domain's types it uses the standard library
// only.
package edge
