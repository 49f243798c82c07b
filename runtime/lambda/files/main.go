// Command files is the function that lists files, signs downloads, puts delete
// markers and tells histories. Its role may read the catalog, assume the
// download signer's, mark objects deleted and list their versions; it can read
// no object and write none.
package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/catalog/dynamodb"
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
	cfg, aws := apifunc.Config(e, out), e.AWS()
	table, name := e.Required(env.Table), e.Required(env.Bucket)
	downloads, err := signer.New(e, aws, env.DownloadSignerRole)
	if err != nil {
		return gateway.Handler{}, err
	}
	objects := s3.NewFromConfig(aws, func(o *s3.Options) { o.UsePathStyle = aws.BaseEndpoint != nil })
	cfg.Downloads = downloads
	cfg.Catalog = dynamodb.New(awsdynamodb.NewFromConfig(aws), table, time.Now)
	cfg.Deleter = bucket.New(objects, name)
	return apifunc.Handler(e, cfg)
}
