package settings

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// endpointURL is the SDK's variable for another AWS than Amazon's: an emulator.
const endpointURL = "AWS_ENDPOINT_URL"

// AWS returns the configuration of AWS clients, from what Lambda puts into
// every function's environment: the region and the credentials of its role,
// which stay the same as long as the process lives
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
// The SDK's own package for this also looks for files, single sign-on and
// instance metadata, and links clients for each.
func (e *Env) AWS() aws.Config {
	cfg := aws.Config{
		Region: e.Required("AWS_REGION"),
		Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider(
			e.Required("AWS_ACCESS_KEY_ID"), e.Required("AWS_SECRET_ACCESS_KEY"), e.Optional("AWS_SESSION_TOKEN", ""))),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	}
	if endpoint := e.Endpoint(endpointURL); endpoint != "" {
		cfg.BaseEndpoint = &endpoint
	}
	return cfg
}
