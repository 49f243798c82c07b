// Command upload is the function that signs uploads and controls those in
// parts. What it signs is signed as the upload signer, whose role it may
// assume; its own role may start, list, complete and abort uploads and look at
// an object's head, and nothing else.
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
	"github.com/bytepass/bytepass/runtime/lambda/signer"
	"github.com/bytepass/bytepass/runtime/uploads"
)

func main() {
	handler, err := wire(settings.New(os.LookupEnv), os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "upload:", err)
		os.Exit(1)
	}
	lambda.Start(handler)
}

func wire(e *settings.Env, out io.Writer) (gateway.Handler, error) {
	cfg, aws := apifunc.Config(e, out), e.AWS()
	signs, err := signer.New(e, aws, env.UploadSignerRole)
	if err != nil {
		return gateway.Handler{}, err
	}
	cfg.Uploads = signs
	name := e.Required(env.Bucket)
	objects := s3.NewFromConfig(aws, func(o *s3.Options) { o.UsePathStyle = aws.BaseEndpoint != nil })
	control, err := uploads.New(uploads.Config{
		Store: bucket.NewMultipart(objects, name), Objects: bucket.New(objects, name),
		Signer: signs, Bucket: name, Limits: cfg.Limits,
	})
	if err != nil {
		return gateway.Handler{}, err
	}
	cfg.Multipart = control
	return apifunc.Handler(e, cfg)
}
