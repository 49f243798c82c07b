package provisiontest

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/provision"
)

// Store is a running store, and what is known of it.
type Store struct {
	Endpoint, Region     string
	AccessKey, SecretKey string
	// Template is CloudFormation's, of a bucket.
	Template []byte
	// KeyID is a key of the store's KMS; without one the store's own is asked for.
	KeyID string
	// Notify is whom the store can tell of changes; nil if nobody.
	Notify *types.NotificationConfiguration
	// KillEvery tries every so many-th call only, on a store that is slow.
	KillEvery int
}

// All runs everything.
func All(t *testing.T, s Store) {
	t.Run("twice", func(t *testing.T) { twice(t, s) })
	t.Run("killed", func(t *testing.T) { killed(t, s) })
	t.Run("interrupted", func(t *testing.T) { interrupted(t, s) })
	t.Run("drift", func(t *testing.T) { drift(t, s) })
	t.Run("others", func(t *testing.T) { others(t, s) })
	t.Run("guarded", func(t *testing.T) { guarded(t, s) })
}

// client returns a client whose requests go through over; it does not try again.
func (s Store) client(over http.RoundTripper) *s3.Client {
	c := provision.Connect(provision.Endpoint{
		URL: s.Endpoint, Region: s.Region, PathStyle: true, HTTP: &http.Client{Transport: over},
		Credentials: credentials.NewStaticCredentialsProvider(s.AccessKey, s.SecretKey, ""),
	})
	options := c.Options()
	options.Retryer = aws.NopRetryer{}
	return s3.New(options)
}

func (s Store) settings(t *testing.T, bucket string) provision.Settings {
	t.Helper()
	settings, err := provision.Read(s.Template, provision.Values{Bucket: bucket, Region: s.Region, Account: "000000000000"})
	if err != nil {
		t.Fatal(err)
	}
	return settings.EncryptWith(s.KeyID)
}

func (s Store) target(client *s3.Client, bucket string) provision.Target {
	return provision.Target{
		Client: client, Bucket: bucket, Region: s.Region, PlainHTTP: true, Notify: s.Notify,
		Apart: map[string]string{"logging": "there is no bucket for it"}, Replace: map[string]bool{},
	}
}

// run is what bytepass provision does, at a time.
func (s Store) run(ctx context.Context, t *testing.T, over http.RoundTripper, bucket string, now time.Time, replace ...string) (provision.Diff, []provision.Gap, error) {
	t.Helper()
	client := s.client(over)
	scratch := &provision.Scratch{Client: client, HTTP: &http.Client{Transport: over}, Region: s.Region, Now: func() time.Time { return now }, Random: rand.Reader}
	if _, err := scratch.RemoveLeftovers(ctx); err != nil {
		return provision.Diff{}, nil, err
	}
	target := s.target(client, bucket)
	for _, name := range replace {
		target.Replace[name] = true
	}
	d, err := provision.Prepare(ctx, target, s.settings(t, bucket), scratch)
	if err != nil {
		return d, nil, err
	}
	gaps, err := provision.Apply(ctx, d)
	return d, gaps, err
}

// provisioned runs it and returns what the store goes without.
func (s Store) provisioned(t *testing.T, bucket string) (without []string) {
	t.Helper()
	_, gaps, err := s.run(t.Context(), t, http.DefaultTransport, bucket, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return provision.Without(gaps)
}

// compare compares a bucket with the template, but for what the store goes without.
func (s Store) compare(t *testing.T, bucket string, without []string) provision.Comparison {
	t.Helper()
	target := s.target(s.client(http.DefaultTransport), bucket)
	for _, name := range without {
		target.Apart[name] = "the store cannot"
	}
	c, err := provision.Compare(t.Context(), target, s.settings(t, bucket))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// verdicts returns the settings with a verdict.
func verdicts(c provision.Comparison, v provision.Verdict) []string {
	var names []string
	for _, s := range c.Settings {
		if s.Verdict == v {
			names = append(names, s.Setting)
		}
	}
	return names
}

// leftovers returns the scratch buckets that are there.
func (s Store) leftovers(t *testing.T) []string {
	t.Helper()
	list, err := s.client(http.DefaultTransport).ListBuckets(t.Context(), &s3.ListBucketsInput{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, b := range list.Buckets {
		if strings.HasPrefix(*b.Name, provision.ScratchPrefix) {
			names = append(names, *b.Name)
		}
	}
	return names
}
