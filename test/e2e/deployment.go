package e2e

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// The owners that every deployment can make tokens for.
const (
	Alice = "alice"
	Bob   = "bob"
	// Awkward is an owner as some identity providers name them; unescaped it
	// would lead out of its space.
	Awkward = "auth0|x/.."
)

// Owners lists them all.
func Owners() []string { return []string{Alice, Bob, Awkward} }

// Deployment is a running Bytepass, seen from outside.
type Deployment interface {
	// URL is the API's, without a trailing slash.
	URL() string
	// Client reaches the API and the store.
	Client() *http.Client
	// Token returns a good access token of one of the Owners.
	Token(ctx context.Context, owner string) (string, error)
	// Guest is the owner of requests without a token, and "" where there is none.
	Guest() string
	// BadTokens are tokens that must be refused, by what is wrong with them.
	BadTokens(ctx context.Context) (map[string]string, error)
	// Store is an administrator's client of the bucket, to look behind the
	// scenes and to put there what no honest client would.
	Store() (client *s3.Client, bucket string)
	Differences() Differences
}

// Differences are what front doors and stores differ in by nature. The zero
// value is AWS.
type Differences struct {
	// FileSystem: the store keeps objects as files, so a name is a file or a
	// folder, and a segment has at most 255 bytes.
	FileSystem bool
	// OwnRefusals: the API itself refuses tokens and unknown routes, with a
	// problem; otherwise the gateway does, with a body of its own.
	OwnRefusals bool
	// Console: the server's routes /readyz and / are there.
	Console bool
	// PathArrives is what the gateway leaves of a key in the path of POST
	// /api/files/{key}/presign; nil if all of it arrives.
	PathArrives func(key string) string
	// NoResponseHeaders: the store ignores the response headers that a pinned
	// download URL asks for.
	NoResponseHeaders bool
	// NoQueryMetadata: the store ignores metadata in a URL's query, so a URL
	// without a size carries no limit.
	NoQueryMetadata bool
	// NoBackslash: the store takes a backslash in a key for a slash.
	NoBackslash bool
	// NoConditions: the store takes If-None-Match and overwrites all the same.
	NoConditions bool
	// NoChecksums: the store takes a checksum, and neither compares nor keeps it.
	NoChecksums bool
	// EncodesUploads: the store lists unfinished uploads by keys that are
	// percent-encoded, and does not say so: those of other keys than plain ones
	// are not found.
	EncodesUploads bool
	// LosesRaces: the store may lose an upload that meets a deletion of its key.
	LosesRaces bool
	// Repeats: a request may be done twice, because a server that was asked died
	// before it answered, and another one was asked again.
	Repeats bool
	// LeftOut is the status by which the store refuses a request without a
	// header that was signed; 0 is 403.
	LeftOut int
	// Origin is a web page's that may call the API and the store; Foreign is
	// one that may not.
	Origin, Foreign string
}
