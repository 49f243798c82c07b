// Package signer makes the signer of a function: one that signs for the bucket
// as a role that the function may assume.
package signer

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/runtime/lambda/settings"
	"github.com/bytepass/bytepass/runtime/sign"
	"github.com/bytepass/bytepass/runtime/sign/assume"
)

// New returns a signer as the role whose ARN is in the variable role. It asks
// STS for nothing before the first signature. URLs are for AWS, unless
// env.S3Endpoint or the clients' own endpoint say otherwise; those are
// addressed by path. The error is e's, too, if anything was wrong.
func New(e *settings.Env, cfg aws.Config, role string) (*sign.Signer, error) {
	arn, bucket := e.Required(role), e.Required(env.Bucket)
	endpoint := e.Endpoint(env.S3Endpoint)
	if endpoint == "" {
		endpoint = aws.ToString(cfg.BaseEndpoint)
	}
	if err := e.Err(); err != nil {
		return nil, err
	}
	return sign.New(sign.Config{
		Endpoint: endpoint, PathStyle: endpoint != "", Region: cfg.Region, Bucket: bucket, Now: time.Now,
		Credentials: assume.New(sts.NewFromConfig(cfg), arn, "bytepass", time.Now).Credentials,
	})
}
