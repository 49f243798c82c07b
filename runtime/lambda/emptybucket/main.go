// Command emptybucket is the function behind the custom resource that empties
// a bucket when its stack is destroyed. Only stages that retain nothing have
// one. Its role may list and delete versions of the stack's own buckets, and
// ask CloudFormation about the stack, and nothing else.
package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/lambda/settings"
)

func main() {
	e := settings.New(os.LookupEnv)
	aws := e.AWS()
	if err := e.Err(); err != nil {
		fmt.Fprintln(os.Stderr, "emptybucket:", err)
		os.Exit(1)
	}
	handler := handler{
		stacks: cloudformation.NewFromConfig(aws),
		bucket: s3.NewFromConfig(aws, func(o *s3.Options) { o.UsePathStyle = aws.BaseEndpoint != nil }),
		log:    slog.New(slog.NewJSONHandler(os.Stdout, nil)),
	}
	lambda.Start(cfn.LambdaWrap(handler.handle))
}
