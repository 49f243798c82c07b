//go:build !race

package sign_test

import (
	"context"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign"
)

const life = 5 * time.Minute

// aPut is a browser's upload.
func aPut(t testing.TB, token string) kind {
	signer, u, ctx := clockedSigner(t, token), anUpload(t), t.Context()
	object, err := u.Space.ObjectKey(u.Key)
	if err != nil {
		t.Fatal(err)
	}
	presigner := sdkPresigner(token)
	k := kind{
		ours: func() error {
			_, err := signer.PresignPut(ctx, u, life)
			return err
		},
		sdk: func() error {
			_, err := presigner.PresignPutObject(ctx, &s3.PutObjectInput{
				Bucket: aws.String(bucket), Key: &object, ContentType: &u.MimeType, ContentLength: &u.Size,
			})
			return err
		},
	}
	p, err := signer.PresignPut(ctx, u, life)
	if err != nil {
		t.Fatal(err)
	}
	k.hashing = hashesOf(p.URL, "content-length:1048576\ncontent-type:image/jpeg\n", "content-length;content-type;host")
	if k.atLeast, k.whenQuiet = 30, 64; token != "" {
		k.atLeast, k.whenQuiet = 15, 40
	}
	return k
}

// aPart is the last part of an upload whose id is as long as S3's.
func aPart(t testing.TB, token string) kind {
	signer, ctx := clockedSigner(t, token), t.Context()
	part := files.PartUpload{ObjectKey: object, UploadID: strings.Repeat("u", 130), Number: files.MaxParts, Size: 10 << 20}
	presigner := sdkPresigner(token)
	k := kind{
		ours: func() error {
			_, err := signer.PresignPart(ctx, part, life)
			return err
		},
		sdk: func() error {
			_, err := presigner.PresignUploadPart(ctx, &s3.UploadPartInput{
				Bucket: aws.String(bucket), Key: &part.ObjectKey, UploadId: &part.UploadID,
				PartNumber: aws.Int32(int32(part.Number)), ContentLength: &part.Size,
			})
			return err
		},
	}
	p, err := signer.PresignPart(ctx, part, life)
	if err != nil {
		t.Fatal(err)
	}
	k.hashing = hashesOf(p.URL, "content-length:10485760\n", "content-length;host")
	k.atLeast, k.whenQuiet = 15, 40
	return k
}

func clockedSigner(t testing.TB, token string) *sign.Signer {
	creds := exampleKeys
	creds.SessionToken, creds.Expires = token, time.Now().Add(time.Hour)
	return newSigner(t, sign.Config{Credentials: sign.Static(creds), Now: time.Now})
}

func sdkPresigner(token string) *s3.PresignClient {
	return s3.NewPresignClient(s3.New(s3.Options{
		Region: "eu-central-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: exampleKeys.AccessKeyID, SecretAccessKey: exampleKeys.SecretAccessKey, SessionToken: token}, nil
		}),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
	}), s3.WithPresignExpires(life))
}

// hashesOf does the SHA-256 passes that no signature of a new request can
// avoid, over messages as long as those of the URL of a PUT that has the header
// lines before host's and the names of signed headers: the canonical request,
// what is left of the string to sign (its first block and HMAC's pads were
// hashed before), and the inner hash.
func hashesOf(signed, lines, names string) func() error {
	host, rest, _ := strings.Cut(strings.TrimPrefix(signed, "https://"), "/")
	path, query, _ := strings.Cut(rest, "?")
	query, _, _ = strings.Cut(query, "&X-Amz-Signature=")
	canonical := []byte("PUT\n/" + path + "\n" + query + "\n" + lines + "host:" + host + "\n\n" + names + "\nUNSIGNED-PAYLOAD")
	toSign := []byte("AWS4-HMAC-SHA256\n20260101T000000Z\n20260101/eu-central-1/s3/aws4_request\n" + strings.Repeat("0", 64))
	toSign = toSign[sha256.BlockSize:]
	return func() error {
		a, b := sha256.Sum256(canonical), sha256.Sum256(toSign)
		c := sha256.Sum256(b[:])
		sink = a[0] ^ c[0]
		return nil
	}
}
