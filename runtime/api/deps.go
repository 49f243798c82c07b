// Package api is the HTTP API: routes, request and response types, and the one
// place where errors become HTTP. It knows no AWS and no engine: what it needs
// of them it declares here, and the mains hand it in.
package api

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/bytepass/bytepass/runtime/auth"
	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// Authenticator says who is asking.
type Authenticator interface {
	// Authenticate returns the principal of a request. The error is a
	// *files.Problem with CodeUnauthenticated or CodeForbidden, or, when the
	// issuer cannot be asked, CodeUnavailable.
	Authenticate(r *http.Request) (auth.Principal, error)
}

// UploadSigner signs what clients send to the store. Signing does no I/O, but
// for the renewal of its credentials.
type UploadSigner interface {
	// PresignPut signs the PUT of u for life. The returned ExpiresAt is the
	// earlier of now+life and the end of the signing credentials.
	PresignPut(ctx context.Context, u files.Upload, life time.Duration) (files.Presigned, error)
	// PresignForm signs a form that uploads u for life. Where the size of u is
	// not known, the store bounds it by the limit that u declares.
	PresignForm(ctx context.Context, u files.Upload, life time.Duration) (files.PresignedForm, error)
}

// Multipart controls uploads in parts. It is an *uploads.Control, whose methods
// say what each does and which problems it has.
type Multipart interface {
	Start(ctx context.Context, space files.Space, in uploads.Intent) (uploads.Started, error)
	SignParts(ctx context.Context, space files.Space, key, uploadID string, wanted []uploads.WantedPart) (uploads.Batch, error)
	SignOpenPart(ctx context.Context, space files.Space, key, uploadID string, number int) (files.Presigned, error)
	Progress(ctx context.Context, space files.Space, key, uploadID string) (uploads.Progress, error)
	Unfinished(ctx context.Context, space files.Space, key string, size *int64) ([]uploads.Unfinished, error)
	UnfinishedBelow(ctx context.Context, space files.Space, prefix, after string, limit int) (found []uploads.Unfinished, more bool, err error)
	Complete(ctx context.Context, space files.Space, key, uploadID string, f uploads.Finish) (uploads.Completed, error)
	Abort(ctx context.Context, space files.Space, key, uploadID string) error
}

// Download is what a presigned GET is for.
type Download = files.Download

// DownloadSigner signs what clients read, from the store or from the edge.
type DownloadSigner interface {
	PresignGet(ctx context.Context, d Download, life time.Duration) (files.Presigned, error)
}

// Catalog is what the API reads of the catalog.
type Catalog interface {
	Get(ctx context.Context, space files.Space, key files.Key) (files.Record, catalog.Revision, error)
	List(ctx context.Context, q catalog.Query) ([]files.Record, error)
}

// Historian tells what a file was.
type Historian interface {
	// Versions returns a page of the history of exactly this object key, newest
	// first: at most limit entries (1 to 1,000), from the one behind the version
	// id after, or from the newest if that is empty. next is what the next page
	// comes after, empty if there is none. A key that was never used has no
	// history. The error is a *files.Problem with CodeInvalidCursor if the store
	// cannot make anything of after.
	Versions(ctx context.Context, objectKey, after string, limit int) (history []files.Version, next string, err error)
}

// Deleter deletes files recoverably and tells their history.
type Deleter interface {
	Historian
	// Delete puts a delete marker on the object and returns its version id.
	Delete(ctx context.Context, objectKey string) (markerVersionID string, err error)
}

// Restorer brings files back.
type Restorer interface {
	Historian
	// RemoveMarker removes a delete marker for good. It is only ever called
	// with the version id of a delete marker.
	RemoveMarker(ctx context.Context, objectKey, versionID string) error
	// CopyVersion puts a copy of an older version, with its metadata, on top
	// and returns the new version id. The error is a *files.Problem with
	// CodeTooLargeToCopy over 5 GB, and CodeNotFound if there is no such version.
	CopyVersion(ctx context.Context, objectKey, versionID string) (newVersionID string, err error)
}

// Check is one thing that must work for /readyz to say so.
type Check struct {
	Name string
	Ping func(context.Context) error
}

// Config is everything that the API is made of. A nil capability makes its
// routes answer CodeNotServed: each function hands in only what its role may
// do, and the whole contract is described by all of them alike.
type Config struct {
	Auth      Authenticator
	Limits    files.Limits
	Uploads   UploadSigner
	Multipart Multipart
	Downloads DownloadSigner
	Catalog   Catalog
	Deleter   Deleter
	Restorer  Restorer

	// FileSystem says that the store keeps objects as files: a segment has at
	// most 255 bytes, and a name cannot be a file and a folder.
	FileSystem bool
	// CheckName, if set, is asked instead of the catalog whether such a store
	// has room for an object of this key. It returns a *files.Problem with
	// CodePathConflict if not. A store in this process knows that exactly and
	// without a query.
	CheckName func(objectKey string) error
	// RequireScopes asks for files:read and files:write in the token.
	RequireScopes bool
	// ScopePrefix is what stands before their names there.
	ScopePrefix string
	// Origins that a browser may call the API from; empty where the gateway
	// answers CORS.
	Origins []string
	// Console holds the web page, served at /; nil serves none.
	Console fs.FS
	// ContentOrigins are the origins of the URLs that are signed, such as
	// "http://127.0.0.1:9000": all that the console may talk to besides us.
	ContentOrigins []string
	// Login says how people sign in at the console; nil asks them for a token.
	Login *Login
	// Ready are the checks of /readyz; nil serves no /readyz.
	Ready []Check
	// Served, if set, is told of every answer: the pattern of the route that
	// took the request, such as "GET /api/files", or "" if none did; the status,
	// 0 if nothing was answered; and how long it took.
	Served func(method, pattern string, status int, took time.Duration)

	Log *slog.Logger
	Now func() time.Time
}
