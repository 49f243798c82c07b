package provision

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Settings are what a template asks of the bucket that holds the files. A zero
// field means that the template asks for nothing there.
type Settings struct {
	// Bucket is the bucket's name as far as the template says it; empty where
	// only CloudFormation can make it up.
	Bucket string

	Versioning   types.BucketVersioningStatus
	CORS         []types.CORSRule
	Lifecycle    Lifecycle
	Encryption   []types.ServerSideEncryptionRule
	PublicAccess *types.PublicAccessBlockConfiguration
	Ownership    types.ObjectOwnership
	Policy       []Statement
	Tags         map[string]string
	Logging      *types.LoggingEnabled
	EventBridge  bool

	// Unresolved are the places of the template whose value is only known to
	// CloudFormation. A setting with such a place is not applied.
	Unresolved []Unresolved
	// Elsewhere are the properties of the template's bucket that are no
	// setting of the S3 API as Bytepass provisions it, by name.
	Elsewhere []string
}

// Unresolved is a value that only CloudFormation knows.
type Unresolved struct {
	Setting    string // the name of the setting, such as "encryption"
	Path       string // where in the resource, such as "BucketEncryption.….KMSMasterKeyID"
	Expression string // what stands there, such as "Fn::GetAtt ObjectsKey.Arn"
	// Placeholder is what the settings have in its stead, such as "${ObjectsKey.Arn}".
	Placeholder string
}

// browserRule is what a browser needs to upload and download directly. It is
// used only where the template's own CORS is empty, as in a production stage
// whose origins are not set yet.
func browserRule() types.CORSRule {
	return types.CORSRule{
		ID:             aws.String("browsers"),
		AllowedHeaders: []string{"*"},
		AllowedMethods: []string{"GET", "HEAD", "POST", "PUT"},
		ExposeHeaders:  []string{"ETag", "Location", "x-amz-checksum-sha256", "x-amz-version-id"},
	}
}

// AllowOrigins returns the settings with origins added to every CORS rule, so
// that pages of these origins can use the bucket as the template's own can.
func (s Settings) AllowOrigins(origins ...string) Settings {
	rules := slices.Clone(s.CORS)
	if len(rules) == 0 {
		rules = []types.CORSRule{browserRule()}
	}
	for i := range rules {
		all := slices.Concat(rules[i].AllowedOrigins, origins)
		slices.Sort(all)
		rules[i].AllowedOrigins = slices.Compact(all)
	}
	s.CORS = rules
	return s
}

// OnlyOrigins returns the settings with these origins in every CORS rule in the
// place of the template's own.
func (s Settings) OnlyOrigins(origins ...string) Settings {
	rules := slices.Clone(s.CORS)
	for i := range rules {
		rules[i].AllowedOrigins = nil
	}
	s.CORS = rules
	return s.AllowOrigins(origins...)
}

// EncryptWith returns the settings with the objects encrypted by a key of the
// store: of this id, or, if it is empty, by the store's own (SSE-S3). It takes
// the place of a key that only AWS has.
func (s Settings) EncryptWith(key string) Settings {
	by := &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAes256}
	if key != "" {
		by = &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAwsKms, KMSMasterKeyID: &key}
	}
	s.Encryption = slices.Clone(s.Encryption)
	for i := range s.Encryption {
		s.Encryption[i].ApplyServerSideEncryptionByDefault = by
		if key == "" {
			s.Encryption[i].BucketKeyEnabled = nil // is about keys of a KMS
		}
	}
	return s.settled("encryption")
}

// LogTo returns the settings with the access log in a bucket of the store.
func (s Settings) LogTo(bucket string) Settings {
	if s.Logging != nil {
		to := *s.Logging
		to.TargetBucket = &bucket
		s.Logging = &to
	}
	return s.settled("logging")
}

// settled returns the settings with nothing unresolved in one of them.
func (s Settings) settled(setting string) Settings {
	s.Unresolved = slices.DeleteFunc(slices.Clone(s.Unresolved), func(u Unresolved) bool { return u.Setting == setting })
	return s
}
