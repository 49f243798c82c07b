package main

import (
	"github.com/spf13/pflag"

	"github.com/bytepass/bytepass/runtime/config"
	"github.com/bytepass/bytepass/runtime/server"
)

// storeFlags registers the settings that say where a store is, and as whom the
// server works on it.
func storeFlags(f *pflag.FlagSet, s *server.S3) {
	f.StringVar(&s.Endpoint, "s3-endpoint", "", "URL of an S3 store of yours, such as https://s3.example:9000 (default: the embedded store)")
	f.StringVar(&s.Region, "s3-region", server.DefaultRegion, "region of the store of yours")
	f.StringVar(&s.Bucket, "s3-bucket", "", "its bucket, as bytepass provision has made it")
	f.BoolVar(&s.PathStyle, "s3-path-style", true, "put the bucket in the path of URLs and not in the host name")
	f.StringVar(&s.AccessKey, "s3-access-key", "", "key of the store's user as whom the server works")
	config.Secret(f, &s.SecretKey, "s3-secret-key", "secret of the s3-access-key")
}

// foreignFlags registers the settings of a server on a store of somebody else's,
// beside those of storeFlags.
func foreignFlags(f *pflag.FlagSet, s *server.S3) {
	f.StringVar(&s.PublicEndpoint, "s3-public-endpoint", "", "URL by which clients reach the store of yours (default: that of --s3-endpoint)")
	f.BoolVar(&s.FileSystem, "s3-file-system", false, "the store of yours keeps objects as files, so that a and a/b exclude each other: refuse the second before it is sent")
	f.StringVar(&s.SignerAccessKey, "s3-signer-access-key", "", "key of a user as whom URLs are signed, who may only put and get objects (default: that of --s3-access-key)")
	config.Secret(f, &s.SignerSecretKey, "s3-signer-secret-key", "secret of the s3-signer-access-key")
	config.Secret(f, &s.WebhookSecret, "webhook-secret", "secret of the store's notifications, which come to /events as a bearer token, or to /events/SECRET")
	f.DurationVar(&s.ReconcileEvery, "reconcile-every", 0, "how often the whole catalog is compared with the whole store of yours (default "+server.DefaultReconcileEvery.String()+")")
	f.DurationVar(&s.PollEvery, "poll-every", 0, "how often the store of yours is looked through for uploads (default: never with a webhook-secret, else "+server.DefaultPollEvery.String()+")")
}
