package stores

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestStart(t *testing.T) {
	for _, kind := range Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			s := Start(t, kind, Options{})
			_, err := s.Client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("files")})
			if err != nil {
				t.Error(err)
			}
			_, err = s.ClientOf(s.Other).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("files"), Key: aws.String("a"), Body: strings.NewReader("a")})
			if got := answer(err); got != "403 AccessDenied" {
				t.Errorf("the user without rights gets %s", got)
			}
		})
	}
}
