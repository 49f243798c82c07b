// Package env names the environment variables through which the stacks
// configure the functions, and the defaults and ranges that the stacks and the
// server must agree on. It is the only package that both sides of the house
// (stacks, runtime) import; it imports nothing but the standard library.
package env

// Environment variables of the functions. Each is set by the stack that
// creates the function and read once, at start, by the function's main.
const (
	// Bucket is the name of the bucket that holds the objects.
	Bucket = "BYTEPASS_BUCKET"
	// Table is the name of the DynamoDB table that holds the catalog.
	Table = "BYTEPASS_TABLE"
	// UploadSignerRole is the ARN of the role whose credentials sign PUT and POST.
	UploadSignerRole = "BYTEPASS_UPLOAD_SIGNER_ROLE"
	// DownloadSignerRole is the ARN of the role whose credentials sign GET.
	DownloadSignerRole = "BYTEPASS_DOWNLOAD_SIGNER_ROLE"
	// EdgeDomain is the host name that download URLs begin with, where downloads
	// come from CloudFront; empty where they come from the store.
	EdgeDomain = "BYTEPASS_EDGE_DOMAIN"
	// SigningKeySecret is the ARN of the secret that holds the key for CloudFront.
	SigningKeySecret = "BYTEPASS_SIGNING_KEY_SECRET"
	// OwnerClaim is the name of the token's claim that names the owner.
	OwnerClaim = "BYTEPASS_OWNER_CLAIM"
	// GroupsClaim is the name of the token's claim that lists the groups.
	GroupsClaim = "BYTEPASS_GROUPS_CLAIM"
	// ScopePrefix stands before the names of the scopes in tokens; see RequireScopes.
	ScopePrefix = "BYTEPASS_SCOPE_PREFIX"
	// MaxSize is the largest object in bytes.
	MaxSize = "BYTEPASS_MAX_SIZE"
	// AllowedTypes is a comma-separated list of media types or "type/*"; empty allows all.
	AllowedTypes = "BYTEPASS_ALLOWED_TYPES"
	// UploadURLSeconds is the life of a URL from POST /api/upload-url.
	UploadURLSeconds = "BYTEPASS_UPLOAD_URL_SECONDS"
	// PutSeconds is the life of a presigned PUT.
	PutSeconds = "BYTEPASS_PUT_SECONDS"
	// PartSeconds is the life of a part's URL.
	PartSeconds = "BYTEPASS_PART_SECONDS"
	// GetSeconds is the life of a download URL.
	GetSeconds = "BYTEPASS_GET_SECONDS"
	// TombstoneDays is how long the catalog remembers a deleted key.
	TombstoneDays = "BYTEPASS_TOMBSTONE_DAYS"
	// RequireScopes, when "true", asks for the scopes files:read and files:write.
	RequireScopes = "BYTEPASS_REQUIRE_SCOPES"
	// S3Endpoint overrides the S3 endpoint that URLs are signed for (scheme and
	// host); empty means the regional AWS endpoint.
	S3Endpoint = "BYTEPASS_S3_ENDPOINT"
)

// Scopes of the API, asked for when the deployment requires scopes.
const (
	ScopeRead  = "files:read"
	ScopeWrite = "files:write"
	// ScopeAdmin opens the files of other owners, whether scopes are required or not.
	ScopeAdmin = "files:admin"
)

// Defaults and ranges. Sizes are bytes, lifetimes are seconds.
const (
	DefaultMaxSize          = 5 << 30
	LargestMaxSize          = 50 << 40 // S3 rejects what is beyond its own limit of 48.8 TiB
	DefaultUploadURLSeconds = 60
	DefaultPutSeconds       = 300
	DefaultPartSeconds      = 900
	DefaultGetSeconds       = 900
	MinURLSeconds           = 1
	// MaxURLSeconds keeps every URL inside the hour that credentials of a
	// chained role live, with room for their renewal.
	MaxURLSeconds = 45 * 60
	// MinSignatureAgeSeconds is the smallest cap of the bucket policy's
	// s3:signatureAge: below two minutes S3 refuses at random.
	MinSignatureAgeSeconds = 120
	DefaultOwnerClaim      = "sub"
	DefaultGroupsClaim     = "groups"
	// SingleRequestMaxSize is the largest object of one PUT or POST on S3.
	SingleRequestMaxSize = 5 << 30
	// MaxMetadataBytes bounds the encoded declaration inside S3's 2 KB of user metadata.
	MaxMetadataBytes = 1900
)
