// Package server is what "bytepass serve" is made of: an object store, a
// catalog, an identity and the API with its console, in one process. Each of
// the first three is our own, on a data folder, or somebody else's: any S3
// store, PostgreSQL, an OIDC issuer. Where all three are, nothing is kept on
// disk, and any number of servers can run side by side.
//
//	config.go    the settings, checked before anything is touched; addresses.go
//	             those of places to listen on, s3.go those of a foreign store
//	server.go    what is opened in which order, and closed in the reverse
//	door.go      the HTTP server, which answers before everything is open
//	tls.go       the certificate that clients are shown, renewed while it serves
//	handler.go   what it serves, and when it is ready
//	catalog.go   which database holds the catalog, and its daily cleaning
//	store.go     what a store is to the server: embeddedstore.go is provisioned
//	             from the template, foreignstore.go is only looked at
//	identity.go  who is asking: an OIDC issuer, or the development identity
//	feed.go      from changes of the store to the catalog
//	noted.go     changes that the API itself makes, on a store that tells nothing
//	upkeep.go    what goes on in the background: comparing and cleaning up
//	scout.go     looking for changes that somebody knows of, but not where
//	leader.go    which of several servers does that
//	measure.go   metrics for Prometheus, at an address of their own
//	reconcile.go what lost changes left behind, by command
//
// The life of an upload here: the API signs a URL and forgets it; the browser
// PUTs to the store; the store tells the feed its key; the feed has the
// projector look at the key, and the catalog lists it. The embedded store tells
// before it acknowledges the upload. A foreign one posts to /events, which
// answers when the catalog has followed, so that a store that repeats what was
// not taken loses nothing; a store that has no events is looked through every
// few seconds. A process that is killed anywhere in between has lost no object,
// and the next reconcile mends the catalog.
//
// A foreign store or a database may be away at any time. The server then lives
// on and is not ready; at its start it waits for them. What waiting does not
// mend, such as wrong keys, a bucket that is not there or keeps no versions, is
// a *SettingError that names the setting and the remedy.
//
// Of several servers every one serves requests and takes events. One of them,
// the leader, compares catalog and store now and then, forgets old tombstones,
// and aborts stale uploads where the store does not do that itself.
package server
