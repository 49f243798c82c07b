package provision

import (
	"cmp"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Endpoint is a store and who asks.
type Endpoint struct {
	URL         string // such as https://s3.example:9000
	Region      string
	PathStyle   bool // the bucket is in the path, not in the host's name
	Credentials aws.CredentialsProvider
	HTTP        *http.Client  // nil is the SDK's own
	Timeout     time.Duration // of one try of a request by the SDK's own; 0 is RequestTimeout
}

// RequestTimeout is how long a store may take to answer a request.
const RequestTimeout = 30 * time.Second

// Connect returns a client of a store for its settings. It sends their MD5,
// which S3 asked for before it knew other checksums, and some stores still do;
// other checksums it sends only where S3 demands one.
func Connect(e Endpoint) *s3.Client {
	options := s3.Options{
		Region: e.Region, BaseEndpoint: aws.String(e.URL), UsePathStyle: e.PathStyle, Credentials: e.Credentials,
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	}
	options.HTTPClient = awshttp.NewBuildableClient().WithTimeout(cmp.Or(e.Timeout, RequestTimeout))
	if e.HTTP != nil {
		options.HTTPClient = e.HTTP
	}
	options.APIOptions = append(options.APIOptions, smithyhttp.AddContentChecksumMiddleware)
	return s3.New(options)
}
