// Package onprem runs Bytepass as a team runs it on hardware of its own: an S3
// server and PostgreSQL as processes of their own, a real OIDC issuer, and one
// or more "bytepass serve" behind a balancer, all on loopback.
//
// Its tests run the end-to-end list on such sites, on each store of the run (see
// test/stores).
package onprem
