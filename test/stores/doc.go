// Package stores runs S3 servers of other makers for tests: real ones, each as
// processes of its own, on free ports of loopback, with data that is gone when
// the test is, even if it is killed.
//
//	for _, kind := range stores.Kinds() {
//		store := stores.Start(t, kind, stores.Options{})
//		store.Client.CreateBucket(…)
//	}
//
// "make test" runs the tests on those that take seconds to get; "make
// test-stores" runs them on MinIO, which takes minutes to compile.
//
// Its own tests ask each server for everything that Bytepass uses, and keep
// what they answer in docs/stores.md.
package stores
