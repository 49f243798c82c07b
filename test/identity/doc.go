// Package identity is the table of tokens: what each front door answers to a
// token of every kind, good and bad. Its own tests run it against the server
// with a certified issuer; the emulator's test of package e2e, which deploys the
// stacks anyway, runs it against API Gateway. docs/tokens.md is the table for
// people.
//
// The other thing that makes an owner is here too: that no two of them, however
// they are spelled, are ever taken for one another.
package identity
