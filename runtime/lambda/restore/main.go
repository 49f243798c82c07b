// Command restore is the function that brings files back: it removes delete
// markers, and copies older versions on top. It is a function of its own
// because its role may remove versions and write objects, which no other may.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/runtime/lambda/apifunc"
	"github.com/bytepass/bytepass/runtime/lambda/gateway"
	"github.com/bytepass/bytepass/runtime/lambda/settings"
)

func main() {
	handler, err := wire(settings.New(os.LookupEnv), os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "restore:", err)
		os.Exit(1)
	}
	lambda.Start(handler)
}

func wire(e *settings.Env, out io.Writer) (gateway.Handler, error) {
	cfg, aws := apifunc.Config(e, out), e.AWS()
	objects := s3.NewFromConfig(aws, func(o *s3.Options) { o.UsePathStyle = aws.BaseEndpoint != nil })
	cfg.Restorer = bucket.New(objects, e.Required(env.Bucket))
	return apifunc.Handler(e, cfg)
}
