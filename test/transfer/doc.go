// Package transfer tries "bytepass put" and "bytepass get" as people and
// scripts use them: the real command against the real "bytepass serve", through
// a proxy that counts the bytes of parts and through a network that breaks.
package transfer
