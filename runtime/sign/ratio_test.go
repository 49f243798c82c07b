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

// TestRatio tells how the signer stands to its targets, 30 times faster than the
// SDK's presigner and within twice the cost of the hashing that is left, and
// fails when it has become slower. The second target binds as it is. The first
// is told, with a bound below it: without a session token the ratio is 29 to 31
// on a quiet processor that hashes in hardware, so that holding 30 would be
// tossing a coin; with one, the SDK takes little more than 30 times as long as
// the hashing alone.
func TestRatio(t *testing.T) {
	for _, tc := range []struct {
		name, token string
		atLeast     float64
	}{{"long-lived keys", "", 25}, {"session token", sessionToken, 15}} {
		t.Run(tc.name, func(t *testing.T) {
			var ours, sdk, hashing time.Duration
			var c costs
			for range tries {
				best := c.cheapest(t, presignPut(t, tc.token), sdkPresignPut(t, tc.token), hashesOf(t, tc.token))
				ours, sdk, hashing = best[0], best[1], best[2]
				t.Logf("%v a URL; the SDK %v, %.1f times that; hashing alone %v, of which it is %.2f times",
					ours, sdk, ratio(sdk, ours), hashing, ratio(ours, hashing))
				if ratio(sdk, ours) >= tc.atLeast && ratio(ours, hashing) <= 2 {
					return
				}
			}
			t.Errorf("%.1f times faster than the SDK's presigner, want at least %.0f; %.2f times the cost of hashing, want at most 2",
				ratio(sdk, ours), tc.atLeast, ratio(ours, hashing))
		})
	}
}

// TestAllocations: a URL is one allocation, the URL itself.
func TestAllocations(t *testing.T) {
	creds := exampleKeys
	creds.SessionToken = sessionToken
	s, u := newSigner(t, sign.Config{Credentials: sign.Static(creds)}), anUpload(t)
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := s.PresignPut(t.Context(), u, time.Minute); err != nil {
			t.Fatal(err)
		}
	}); n > 1 {
		t.Errorf("%v allocations a URL", n)
	}
}

// TestTenThousandParts: the URLs of the largest upload take 50 ms in all on a
// quiet processor. That is told; what is held is what it follows from, that a
// part's URL costs no more than three times the hashing of a PUT's.
func TestTenThousandParts(t *testing.T) {
	s, n := clockedSigner(t, sessionToken), 0
	part := func() error {
		n = n%files.MaxParts + 1
		return presignPart(t.Context(), s, n)
	}
	var ours, hashing time.Duration
	var c costs
	for range tries {
		best := c.cheapest(t, part, hashesOf(t, sessionToken))
		ours, hashing = best[0], best[1]
		t.Logf("%d part URLs with a session token take %v of processor time, hashing alone %v", files.MaxParts, files.MaxParts*ours, files.MaxParts*hashing)
		if ratio(ours, hashing) <= 3 {
			return
		}
	}
	t.Errorf("a part's URL costs %.2f times the hashing of a PUT's, want at most 3", ratio(ours, hashing))
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func BenchmarkPresignPut(b *testing.B) {
	for name, token := range map[string]string{"keys": "", "token": sessionToken} {
		for who, f := range map[string]func() error{
			"ours": presignPut(b, token), "sdk": sdkPresignPut(b, token), "hashing": hashesOf(b, token),
		} {
			b.Run(name+"/"+who, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := f(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func clockedSigner(t testing.TB, token string) *sign.Signer {
	creds := exampleKeys
	creds.SessionToken, creds.Expires = token, time.Now().Add(time.Hour)
	return newSigner(t, sign.Config{Credentials: sign.Static(creds), Now: time.Now})
}

func presignPut(t testing.TB, token string) func() error {
	s, u, ctx := clockedSigner(t, token), anUpload(t), t.Context()
	return func() error {
		_, err := s.PresignPut(ctx, u, 5*time.Minute)
		return err
	}
}

// sdkPresignPut does with the SDK what PresignPut does.
func sdkPresignPut(t testing.TB, token string) func() error {
	u, ctx := anUpload(t), t.Context()
	object, err := u.Space.ObjectKey(u.Key)
	if err != nil {
		t.Fatal(err)
	}
	client := s3.NewPresignClient(s3.New(s3.Options{
		Region: "eu-central-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: exampleKeys.AccessKeyID, SecretAccessKey: exampleKeys.SecretAccessKey, SessionToken: token}, nil
		}),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
	}), s3.WithPresignExpires(5*time.Minute))
	return func() error {
		_, err := client.PresignPutObject(ctx, &s3.PutObjectInput{
			Bucket: aws.String(bucket), Key: &object, ContentType: &u.MimeType, ContentLength: &u.Size,
		})
		return err
	}
}

// hashesOf does the SHA-256 passes that no signature of a new request can
// avoid, over messages as long as the real ones: the canonical request, what
// is left of the string to sign (its first block and HMAC's pads were hashed
// before), and the inner hash.
func hashesOf(t testing.TB, token string) func() error {
	p, err := clockedSigner(t, token).PresignPut(t.Context(), anUpload(t), 5*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	host, rest, _ := strings.Cut(strings.TrimPrefix(p.URL, "https://"), "/")
	path, query, _ := strings.Cut(rest, "?")
	query, _, _ = strings.Cut(query, "&X-Amz-Signature=")
	canonical := []byte("PUT\n/" + path + "\n" + query + "\ncontent-length:1048576\ncontent-type:image/jpeg\nhost:" + host +
		"\n\ncontent-length;content-type;host\nUNSIGNED-PAYLOAD")
	toSign := []byte("AWS4-HMAC-SHA256\n20260101T000000Z\n20260101/eu-central-1/s3/aws4_request\n" + strings.Repeat("0", 64))
	toSign = toSign[sha256.BlockSize:]
	return func() error {
		a, b := sha256.Sum256(canonical), sha256.Sum256(toSign)
		c := sha256.Sum256(b[:])
		sink = a[0] ^ c[0]
		return nil
	}
}

// BenchmarkTenThousandParts is what TestTenThousandParts tells, by the clock.
func BenchmarkTenThousandParts(b *testing.B) {
	for name, token := range map[string]string{"keys": "", "token": sessionToken} {
		b.Run(name, func(b *testing.B) {
			s := newSigner(b, sign.Config{Credentials: sign.Static(sign.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", SessionToken: token})})
			b.ReportAllocs()
			for b.Loop() {
				for n := range files.MaxParts {
					if err := presignPart(b.Context(), s, n+1); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// presignPart signs a part of an upload whose id is as long as S3's.
func presignPart(ctx context.Context, s *sign.Signer, n int) error {
	_, err := s.PresignPart(ctx, files.PartUpload{ObjectKey: object, UploadID: uploadID, Number: n, Size: 10 << 20}, 15*time.Minute)
	return err
}

var uploadID = strings.Repeat("u", 130)
