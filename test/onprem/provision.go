package onprem

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/test/stores"
)

// provisionBucket makes the bucket with all settings that the store can have, as
// "bytepass provision" does.
func provisionBucket(t testing.TB, store *stores.Store) {
	t.Helper()
	settings, err := provision.Read(provision.Default(), provision.Values{Bucket: bucket, Region: store.Region, Account: "000000000000"})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := provision.Plan(t.Context(), provision.Target{
		Client: provision.Connect(provision.Endpoint{
			URL: store.Endpoint, Region: store.Region, PathStyle: true,
			Credentials: credentials.NewStaticCredentialsProvider(store.AccessKey, store.SecretKey, ""),
		}),
		Bucket: bucket, Region: store.Region, PlainHTTP: true,
	}, settings.AllowOrigins(origin))
	if err != nil {
		t.Fatal(err)
	}
	gaps, err := provision.Apply(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, gap := range gaps {
		t.Log(gap)
	}
}
