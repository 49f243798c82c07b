package server

import (
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Bounds of what the server asks of a foreign store. The context of a request
// bounds all tries together.
const (
	s3Timeout     = 20 * time.Second // one try
	s3LongTimeout = 10 * time.Minute // one try of what makes an object of others
	s3Tries       = 3
	s3MaxBackoff  = 2 * time.Second // the wait between tries is random below this
	s3Connections = 64              // kept open
)

// newS3Client returns a client of the store with the rights of the server's own
// user, which sends its requests over a transport.
func newS3Client(cfg S3, over *http.Transport, more ...func(*s3.Options)) *s3.Client {
	return s3.New(s3.Options{
		Region: cfg.region(), BaseEndpoint: aws.String(cfg.Endpoint), UsePathStyle: cfg.PathStyle,
		Credentials: credentials.NewStaticCredentialsProvider(cfg.AccessKey, cfg.SecretKey, ""),
		HTTPClient:  patience{quick: newHTTPClient(over, s3Timeout), long: newHTTPClient(over, s3LongTimeout)},
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.MaxBackoff = s3Tries, s3MaxBackoff
		}),
		// Not every store knows the checksums that the SDK adds by itself.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	}, more...)
}

// newTransport returns a transport to a store: the SDK's, but for how many
// connections it keeps.
func newTransport() *http.Transport {
	t := awshttp.NewBuildableClient().GetTransport()
	t.MaxIdleConnsPerHost = s3Connections
	return t
}

func newHTTPClient(over *http.Transport, timeout time.Duration) *http.Client {
	return &http.Client{Transport: over, Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // a signature is good for one host
	}}
}

// patience waits longer for the two requests that take a store minutes: to make
// one object of many parts, and to copy one.
type patience struct{ quick, long aws.HTTPClient }

// Do sends a request.
func (p patience) Do(r *http.Request) (*http.Response, error) {
	completes := r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
	if copies := r.Header.Get("X-Amz-Copy-Source") != ""; completes || copies {
		return p.long.Do(r)
	}
	return p.quick.Do(r)
}
