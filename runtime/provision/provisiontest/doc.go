// Package provisiontest is what provisioning has to stand on every store: run
// twice, killed between any two calls, interrupted, beside what others have
// set, and with every setting changed by hand.
//
//	All(t, Store{…})
//
// The tests of package provision run it on the embedded store, those in
// test/provision on servers of other makers.
package provisiontest
