package server

import (
	"strings"
	"time"

	"github.com/bytepass/bytepass/runtime/ingest"
	"github.com/bytepass/bytepass/runtime/sign"
)

// How often a foreign store is looked through, unless the settings say.
const (
	// DefaultReconcileEvery is how often the whole catalog is compared with the
	// whole store, which finds what events have not told.
	DefaultReconcileEvery = time.Hour
	// DefaultPollEvery is how often a store that tells nothing is looked
	// through for uploads.
	DefaultPollEvery = 5 * time.Second
)

// DefaultRegion is the region of a store that has none.
const DefaultRegion = "us-east-1"

// S3 is a store that somebody else runs: any one that speaks the S3 API. The
// server changes none of its settings; "bytepass provision" does.
type S3 struct {
	// Endpoint is the URL by which the server reaches the store, scheme and
	// host alone. Empty: there is none, and the server runs its own.
	Endpoint string
	// PublicEndpoint is the URL by which clients reach it, for the URLs that
	// are signed. Empty: the same.
	PublicEndpoint string
	Region         string // empty: DefaultRegion
	Bucket         string
	// PathStyle puts the bucket in the path of URLs instead of the host name.
	PathStyle bool
	// FileSystem says that the store keeps objects as files, so that "a" and
	// "a/b" exclude each other: the API then refuses before it signs. The store
	// refuses anyway, but later.
	FileSystem bool

	// AccessKey and SecretKey are those of the user who does what the server
	// itself does: heads, lists, deletes and controls uploads in parts.
	AccessKey, SecretKey string
	// SignerAccessKey and SignerSecretKey are those of the user as whom URLs
	// are signed; it may have no other rights than to put and get objects.
	// Empty: the same user.
	SignerAccessKey, SignerSecretKey string

	// WebhookSecret lets the store in at /events. Empty: it tells nothing, and
	// is looked through every PollEvery.
	WebhookSecret string
	// ReconcileEvery and PollEvery are how long to wait between two looks;
	// 0 is the default. With a WebhookSecret there is no poll unless one is set.
	ReconcileEvery, PollEvery time.Duration
}

// Bounds of settings of a foreign store.
const (
	shortestLook = time.Second
	longestDrain = 5 * time.Minute
)

// validate returns nil or a *SettingError. c is the configuration that s is of.
func (s S3) validate(c Config) error {
	if s.Endpoint == "" {
		return s.unused()
	}
	switch {
	case c.S3Listen != "":
		return bad("--s3-listen", "it is the address of the embedded store, which does not run beside the one of --s3-endpoint; leave one of them out")
	case s.Bucket == "":
		return bad("--s3-bucket", "name the bucket that holds the files; bytepass provision makes it")
	case s.AccessKey == "":
		return bad("--s3-access-key", "name the key of the store's user as whom the server works")
	case s.SecretKey == "":
		return bad("--s3-secret-key", "it is missing; set BYTEPASS_S3_SECRET_KEY, or name a file that holds it with --s3-secret-key-file")
	case (s.SignerAccessKey == "") != (s.SignerSecretKey == ""):
		return bad("--s3-signer-access-key", "it and its secret (BYTEPASS_S3_SIGNER_SECRET_KEY) go together; without both, URLs are signed as the user of --s3-access-key")
	case s.ReconcileEvery != 0 && s.ReconcileEvery < shortestLook:
		return bad("--reconcile-every", "%v is shorter than %v", s.ReconcileEvery, shortestLook)
	case s.PollEvery != 0 && s.PollEvery < shortestLook:
		return bad("--poll-every", "%v is shorter than %v", s.PollEvery, shortestLook)
	}
	for _, one := range [][2]string{{"--s3-endpoint", s.Endpoint}, {"--s3-public-endpoint", s.public()}} {
		setting, place := one[0], s.place()
		place.Endpoint, place.Now = one[1], time.Now
		if _, err := sign.New(place); err != nil {
			switch {
			case strings.Contains(err.Error(), "Region"):
				setting = "--s3-region"
			case strings.Contains(err.Error(), "Bucket"):
				setting = "--s3-bucket"
			}
			return bad(setting, "%s", strings.TrimPrefix(err.Error(), "sign: "))
		}
	}
	if s.WebhookSecret != "" {
		if err := ingest.CheckSecret(s.WebhookSecret); err != nil {
			return bad("--webhook-secret", "%v", err)
		}
	}
	return nil
}

// unused returns a *SettingError if a setting waits for an endpoint in vain.
func (s S3) unused() error {
	for _, one := range []struct {
		setting string
		set     bool
	}{
		{"--s3-bucket", s.Bucket != ""},
		{"--s3-public-endpoint", s.PublicEndpoint != ""},
		{"--s3-access-key", s.AccessKey != ""},
		{"--s3-signer-access-key", s.SignerAccessKey != ""},
		{"--webhook-secret", s.WebhookSecret != ""},
		{"--reconcile-every", s.ReconcileEvery != 0},
		{"--poll-every", s.PollEvery != 0},
	} {
		if one.set {
			return bad(one.setting, "it is about a store of yours; name that with --s3-endpoint, or leave it out")
		}
	}
	return nil
}

// public returns the URL by which clients reach the store.
func (s S3) public() string {
	if s.PublicEndpoint != "" {
		return s.PublicEndpoint
	}
	return s.Endpoint
}

// region returns the region, which signatures name.
func (s S3) region() string {
	if s.Region != "" {
		return s.Region
	}
	return DefaultRegion
}

// place says where clients reach the bucket, and as whom URLs are signed.
func (s S3) place() sign.Config {
	signer := sign.Credentials{AccessKeyID: s.SignerAccessKey, SecretAccessKey: s.SignerSecretKey}
	if s.SignerAccessKey == "" {
		signer = sign.Credentials{AccessKeyID: s.AccessKey, SecretAccessKey: s.SecretKey}
	}
	return sign.Config{
		Endpoint: strings.TrimSuffix(s.public(), "/"), Region: s.region(), Bucket: s.Bucket, PathStyle: s.PathStyle,
		Credentials: sign.Static(signer),
	}
}

// InForce returns s with how often the store is looked through where that is left
// to the default; without an endpoint nothing is.
func (s S3) InForce() S3 {
	if s.Endpoint != "" {
		s.ReconcileEvery, s.PollEvery = s.reconcileEvery(), s.pollEvery()
	}
	return s
}

// reconcileEvery returns how long to wait between two comparisons.
func (s S3) reconcileEvery() time.Duration {
	if s.ReconcileEvery != 0 {
		return s.ReconcileEvery
	}
	return DefaultReconcileEvery
}

// pollEvery returns how long to wait between two looks for uploads; 0 is never.
func (s S3) pollEvery() time.Duration {
	if s.PollEvery == 0 && s.WebhookSecret == "" {
		return DefaultPollEvery
	}
	return s.PollEvery
}
