// Command upload is the function that signs uploads. Its role may assume the
// upload signer's and nothing else; what it signs is PUT.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/runtime/lambda/apifunc"
	"github.com/bytepass/bytepass/runtime/lambda/gateway"
	"github.com/bytepass/bytepass/runtime/lambda/settings"
	"github.com/bytepass/bytepass/runtime/lambda/signer"
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
	cfg := apifunc.Config(e, out)
	uploads, err := signer.New(e, e.AWS(), env.UploadSignerRole)
	if err != nil {
		return gateway.Handler{}, err
	}
	cfg.Uploads = uploads
	return apifunc.Handler(e, cfg)
}
