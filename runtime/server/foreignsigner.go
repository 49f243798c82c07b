package server

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// notThere is the key of an object that nobody has: keys in spaces have three
// segments.
const notThere = "u/.bytepass-look"

// lookAtSigner asks for an object that is not there, as the user who signs URLs.
// The store checks the signature first: a wrong key or secret shows here, and
// not to everybody who uploads. What else the user may not do in a header does
// not matter. The error is a *SettingError.
func (f *foreignStore) lookAtSigner(ctx context.Context) error {
	if f.cfg.SignerAccessKey == "" {
		return nil
	}
	as := f.cfg
	as.AccessKey, as.SecretKey = f.cfg.SignerAccessKey, f.cfg.SignerSecretKey
	out, err := newS3Client(as, f.over).GetObject(ctx, &s3.GetObjectInput{Bucket: &f.cfg.Bucket, Key: aws.String(notThere)})
	if err == nil {
		return out.Body.Close()
	}
	switch codeOf(err) {
	case "InvalidAccessKeyId", "XAdminUserNotFound": // versitygw's
		return bad("--s3-signer-access-key", "the store does not know this key; name that of a user whom bytepass provision has made, or leave it and its secret out")
	case "SignatureDoesNotMatch":
		return bad("--s3-signer-secret-key", "it is not the secret of the key in --s3-signer-access-key")
	}
	return nil
}
