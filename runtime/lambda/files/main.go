// Command files is the function that lists files, signs downloads, puts delete
// markers and tells histories. Its role may read the catalog, mark objects
// deleted and list their versions, and either assume the download signer's role
// or read the key that signs for CloudFront; it can read no object and write none.
package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/bytepass/bytepass/runtime/api"
	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/catalog/dynamodb"
	"github.com/bytepass/bytepass/runtime/edge"
	"github.com/bytepass/bytepass/runtime/edge/secretkey"
	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/runtime/lambda/apifunc"
	"github.com/bytepass/bytepass/runtime/lambda/gateway"
	"github.com/bytepass/bytepass/runtime/lambda/settings"
	"github.com/bytepass/bytepass/runtime/lambda/signer"
)

func main() {
	handler, err := wire(settings.New(os.LookupEnv), os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "files:", err)
		os.Exit(1)
	}
	lambda.Start(handler)
}

func wire(e *settings.Env, out io.Writer) (gateway.Handler, error) {
	cfg, sdk := apifunc.Config(e, out), e.AWS()
	table, name := e.Required(env.Table), e.Required(env.Bucket)
	downloads, err := downloads(e, sdk, cfg.Log)
	if err != nil {
		return gateway.Handler{}, err
	}
	objects := s3.NewFromConfig(sdk, func(o *s3.Options) { o.UsePathStyle = sdk.BaseEndpoint != nil })
	cfg.Downloads = downloads
	cfg.Catalog = dynamodb.New(awsdynamodb.NewFromConfig(sdk), table, time.Now)
	cfg.Deleter = bucket.New(objects, name)
	return apifunc.Handler(e, cfg)
}

// downloads returns the signer of downloads: for the edge where the stack has
// named its host, and otherwise for the bucket.
func downloads(e *settings.Env, cfg aws.Config, log *slog.Logger) (api.DownloadSigner, error) {
	domain := e.Optional(env.EdgeDomain, "")
	if domain == "" {
		return signer.New(e, cfg, env.DownloadSignerRole)
	}
	secret := e.Required(env.SigningKeySecret)
	if err := e.Err(); err != nil {
		return nil, err
	}
	keys, err := secretkey.New(secretkey.Config{
		Secrets: secretsmanager.NewFromConfig(cfg), SecretID: secret, Now: time.Now, Log: log,
	})
	if err != nil {
		return nil, err
	}
	return edge.New(edge.Config{Domain: domain, Keys: keys, Now: time.Now})
}
