// Package settings reads what a deployment of Bytepass is to be from the CDK's
// context, checks it, and fills in the defaults.
//
// Settings live in cdk.json under the context object "bytepass"; what differs
// between stages may stand in its "stages" object; and the command line wins:
//
//	"context": {"bytepass": {"stage": "dev", "stages": {"prod": {"issuer": "https://…"}}}}
//	npx cdk deploy --all -c bytepass:stage=prod -c bytepass:putSeconds=120
//
// An unknown setting, a value out of its range and two settings that
// contradict each other are errors of one line that name the setting and the
// remedy. The package knows no CDK, so its rules are tested in milliseconds.
package settings

import (
	"maps"
	"net/url"
	"strings"

	"github.com/bytepass/bytepass/runtime/env"
)

// Settings is one deployment, checked: every field is within its range and no
// two fields contradict each other. See the table in stacks/README.md.
type Settings struct {
	Stage  string
	Prefix string
	// Retain keeps bucket, catalog and keys when the stacks are deleted, and
	// protects them from being deleted.
	Retain bool

	// Identity is OIDC or Cognito. Issuer and Audience are OIDC's alone,
	// CallbackURLs, MFA and SignUp are Cognito's.
	Identity      string
	CallbackURLs  []string // none is the origins': see LoginCallbacks
	MFA           string
	SignUp        bool
	Issuer        string
	Audience      []string
	OwnerClaim    string
	GroupsClaim   string
	RequireScopes bool
	ScopePrefix   string // before the names of scopes; a user pool's is its own

	Origins      []string
	MaxSize      int64 // bytes
	AllowedTypes []string

	// Lifetimes of URLs in seconds.
	UploadURLSeconds int
	PutSeconds       int
	PartSeconds      int
	GetSeconds       int

	TransitionClass string
	TransitionDays  int
	NoncurrentDays  int
	LogDays         int
	AccessLogDays   int
	CloudTrail      bool

	Architecture        string
	ReservedConcurrency int // for each function; 0 reserves nothing
	IngestConcurrency   int
	ThrottleRate        int // requests a second
	ThrottleBurst       int // requests

	// Delivery is S3 or CloudFront. What follows is CloudFront's alone.
	Delivery    string
	Domain      string // of downloads; empty for CloudFront's own
	Certificate string // ARN of Domain's certificate
	WebACL      string // ARN; empty for none
	PriceClass  string
	KeyDays     int // after which the signing key is rotated; 0 only on demand

	Tags map[string]string
}

// Values of settings that others compare with.
const (
	// StageDev is the stage that keeps nothing by default.
	StageDev = "dev"
	// StageProd is the stage that always keeps its data.
	StageProd = "prod"
	// NoTransition is the storage class that leaves objects where they are.
	NoTransition = "NONE"
	// OIDC is an issuer of your own; Cognito a user pool that the stack makes.
	OIDC    = "oidc"
	Cognito = "cognito"
	// CognitoScopePrefix stands before the scopes in the tokens of the user pool.
	CognitoScopePrefix = "bytepass/"
	// MFARequired asks everybody for a second factor.
	MFARequired = "required"
	// S3 and CloudFront are where downloads can come from.
	S3         = "s3"
	CloudFront = "cloudfront"
	ARM64      = "arm64"
	X8664      = "x86_64"
	// ExampleIssuer stands in cdk.json until the issuer is known: the stacks
	// synthesize with it, and a stage that keeps its data refuses it.
	ExampleIssuer = "https://issuer.example.com"
	// LogBucketEnd is what the log bucket's name has beside the bucket's.
	LogBucketEnd = "-logs"
)

// Name returns what all physical names of the deployment begin with. Two
// deployments of one account and region differ in prefix or stage.
func (s Settings) Name() string { return s.Prefix + "-" + s.Stage }

// ExampleIssued reports whether the issuer is still the example, however it
// was written.
func (s Settings) ExampleIssued() bool {
	u, err := url.Parse(s.Issuer)
	return err == nil && s.Issuer != "" && "https://"+strings.ToLower(u.Hostname()) == ExampleIssuer
}

// Differences returns the names of the settings in which two deployments
// differ, in the order of the documentation.
func (s Settings) Differences(other Settings) []string {
	var names []string
	for _, f := range fields {
		if f.show(s) != f.show(other) || f.name == "tags" && !maps.Equal(s.Tags, other.Tags) {
			names = append(names, f.name)
		}
	}
	return names
}

// SignatureCapSeconds is the age in seconds over which the bucket refuses a
// signature: the longest lifetime of a URL, but not less than S3 measures
// reliably.
func (s Settings) SignatureCapSeconds() int {
	return max(s.UploadURLSeconds, s.PutSeconds, s.PartSeconds, s.GetSeconds, env.MinSignatureAgeSeconds)
}

// LoginCallbacks are the pages that a browser comes back to after it has signed
// in or out at a user pool: the roots of the origins, if none are set.
func (s Settings) LoginCallbacks() []string {
	if len(s.CallbackURLs) > 0 {
		return s.CallbackURLs
	}
	all := make([]string, len(s.Origins))
	for i, origin := range s.Origins {
		all[i] = origin + "/"
	}
	return all
}

// TombstoneDays is how long the catalog remembers a deleted key: longer than
// the bucket keeps noncurrent versions, with a month for S3's lifecycle, which
// runs once a day and may lag.
func (s Settings) TombstoneDays() int { return s.NoncurrentDays + 30 }

// defaults returns the settings of a stage before anything was set.
func defaults(stage string) Settings {
	s := Settings{
		Stage:            stage,
		Prefix:           "bytepass",
		Retain:           true,
		Identity:         OIDC,
		MFA:              MFARequired,
		Audience:         []string{"bytepass"},
		OwnerClaim:       env.DefaultOwnerClaim,
		GroupsClaim:      env.DefaultGroupsClaim,
		MaxSize:          env.DefaultMaxSize,
		UploadURLSeconds: env.DefaultUploadURLSeconds,
		PutSeconds:       env.DefaultPutSeconds,
		PartSeconds:      env.DefaultPartSeconds,
		GetSeconds:       env.DefaultGetSeconds,
		TransitionClass:  "GLACIER_IR",
		TransitionDays:   30,
		NoncurrentDays:   120,
		LogDays:          180,
		AccessLogDays:    30,
		Architecture:     ARM64,

		IngestConcurrency: 10,
		ThrottleRate:      1000,
		ThrottleBurst:     2000,
		Delivery:          S3,
		PriceClass:        "PriceClass_All",
		KeyDays:           90,
	}
	if stage == StageDev {
		s.Retain = false
		s.LogDays = 14
		s.Origins = []string{
			"http://localhost:3000", "http://localhost:5173", "http://localhost:8080",
			"http://127.0.0.1:3000", "http://127.0.0.1:5173", "http://127.0.0.1:8080",
		}
	}
	return s
}
