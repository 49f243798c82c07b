package embedded

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Region is the region that the store says it is in.
const Region = "us-east-1"

// Endpoint returns the URL of the store.
func (s *Store) Endpoint() string {
	if s.cfg.CertFile != "" {
		return "https://" + s.cfg.Listen
	}
	return "http://" + s.cfg.Listen
}

// Client returns an S3 client with the root's rights.
func (s *Store) Client(more ...func(*s3.Options)) *s3.Client {
	return NewClient(s.Endpoint(), s.cfg.AccessKey, s.cfg.SecretKey, append(more, Over(s.over))...)
}

// NewClient returns an S3 client of the store at endpoint.
func NewClient(endpoint, accessKey, secretKey string, more ...func(*s3.Options)) *s3.Client {
	return s3.New(s3.Options{
		Region: Region, BaseEndpoint: &endpoint, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
		// The gateway's own checksum is enough over loopback.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	}, more...)
}
