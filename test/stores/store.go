package stores

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/test/process"
)

// startTimeout is how long a server may take until it answers, on a machine
// that does much else.
const startTimeout = 2 * time.Minute

// Options are what a test wants of a store.
type Options struct {
	// Webhook is told of every change, if it has a URL; see Store.Notify.
	Webhook Webhook
	// Origins are those of pages that may use MinIO, whose buckets have no CORS
	// rules of their own. Empty: all.
	Origins []string
}

// Webhook is what a store posts its notifications to, in S3's form.
type Webhook struct {
	// URL takes them with the header "Authorization: Bearer <Secret>", and
	// <URL>/<Secret> takes them without. It has to answer, whatever it says,
	// before versitygw starts.
	URL    string
	Secret string
}

// Store is a running S3 server. It is addressed by path, and has no bucket yet.
type Store struct {
	Kind     Kind
	Endpoint string // without a trailing slash
	Region   string
	// AccessKey and SecretKey may do everything.
	AccessKey, SecretKey string
	Client               *s3.Client // with these keys
	// Other is a user without any right, until a bucket's policy gives it one.
	// Policies of MinIO never do.
	Other User

	options Options
	home    string   // of its administrator
	admin   []string // environment in which the administrator's programs find it
	master  string   // of SeaweedFS: host:port.port of gRPC
}

// User is a user of a store.
type User struct {
	AccessKey, SecretKey string
	SessionToken         string // empty for a lasting user
	// Principal is how a bucket's policy names the user.
	Principal string
}

// recipe is how to run a kind of server.
type recipe func(t testing.TB, s *Store) *process.Process

func recipes() map[Kind]recipe {
	return map[Kind]recipe{VersityGW: versityGW, SeaweedFS: seaweedFS, Ceph: ceph, MinIO: minIO}
}

// Start starts a server for the length of the test. A missing program fails
// the test with the command that gets it.
func Start(t testing.TB, kind Kind, options Options) *Store {
	t.Helper()
	start := recipes()[kind]
	if start == nil {
		t.Fatalf("there is no store %q; %s takes some of %q", kind, selection, All())
	}
	s := &Store{Kind: kind, Region: "us-east-1", AccessKey: "admin-of-the-store", SecretKey: "secret-of-the-admin", options: options, home: t.TempDir()}
	began := time.Now()
	p := start(t, s)
	s.Client = s.ClientOf(User{AccessKey: s.AccessKey, SecretKey: s.SecretKey})
	if err := p.Await(t.Context(), startTimeout, s.answers); err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	switch kind {
	case VersityGW:
		s.Other = versityGWUser(t, s)
	case MinIO:
		s.Other = minIOUser(t, s)
	}
	t.Logf("measured: %s is ready after %v", kind, time.Since(began).Round(10*time.Millisecond))
	return s
}

// ClientOf returns a client with the keys of a user. It does not try again, and
// sums up only what has to be.
func (s *Store) ClientOf(u User) *s3.Client {
	return s3.New(s3.Options{
		Region: s.Region, BaseEndpoint: aws.String(s.Endpoint), UsePathStyle: true, Retryer: aws.NopRetryer{},
		Credentials:                credentials.NewStaticCredentialsProvider(u.AccessKey, u.SecretKey, u.SessionToken),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	})
}

// answers makes a signed request.
func (s *Store) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err := s.Client.ListBuckets(ctx, &s3.ListBucketsInput{})
	return err
}
