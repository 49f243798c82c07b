// Package verify runs "bytepass verify" against deployments that are well, and
// against such that have a fault, planted on purpose: each has to be found, and
// named by its check and no other.
//
// The deployment is the real "bytepass serve"; in front of its API and its store
// stands one with TLS (front.go), as an operator's proxy would, which is where
// most faults are planted: with the store's root keys it can let in what the
// store refuses.
package verify
