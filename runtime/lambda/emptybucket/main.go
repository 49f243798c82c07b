// Command emptybucket is the function behind the custom resource that empties
// a bucket when its stack is destroyed. Only stages that retain nothing have
// one. Its role may list and delete versions of the stack's own buckets, and
// ask CloudFormation about the stack, and nothing else.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	aws, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Error("no AWS configuration", "error", err)
		os.Exit(1)
	}
	handler := handler{
		stacks: cloudformation.NewFromConfig(aws),
		bucket: s3.NewFromConfig(aws),
		log:    log,
	}
	lambda.Start(cfn.LambdaWrap(handler.handle))
}
