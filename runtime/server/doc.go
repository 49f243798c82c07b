// Package server is what "bytepass serve" is made of: an object store, a
// catalog, an identity and the API with its console, in one process, on one
// data folder.
//
//	config.go    the settings, checked before anything is touched
//	server.go    what is opened in which order, and closed in the reverse
//	catalog.go   which database holds the catalog, and its daily cleaning
//	store.go     the embedded store, provisioned from the template
//	identity.go  who is asking: an OIDC issuer, or the development identity
//	feed.go      from the store's changes to the catalog
//	reconcile.go what lost changes left behind, at start and by command
//
// The life of an upload here: the API signs a URL and forgets it; the browser
// PUTs to the store's own port; the store flushes the object, tells the feed
// its key and answers; the feed has the projector look at the key, and the
// catalog lists it. A process that is killed anywhere in between has lost no
// object, and the next start's reconcile mends the catalog.
package server
