package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bytepass/bytepass/runtime/bucket"
)

// lookTimeout bounds one look at a store's settings.
const lookTimeout = 30 * time.Second

// awayError is a store that does not answer, or not now.
type awayError struct{ error }

// Unwrap returns what the store said, or why it said nothing.
func (e *awayError) Unwrap() error { return e.error }

// noVersionsError is a bucket that keeps no versions.
type noVersionsError struct{ error }

// Unwrap returns the *SettingError.
func (e *noVersionsError) Unwrap() error { return e.error }

// lookForVersions returns a *noVersionsError if the bucket keeps none, or what
// the store said instead of an answer.
func (f *foreignStore) lookForVersions(ctx context.Context) error {
	out, err := f.s3.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &f.cfg.Bucket})
	if err != nil {
		return err
	}
	return f.withoutVersions(out.Status)
}

// lookAtVersioning asks for the bucket's versioning, which also shows whether
// address, keys, region and bucket are right. The error is an *awayError or a
// *SettingError.
func (f *foreignStore) lookAtVersioning(ctx context.Context) error {
	err := f.lookForVersions(ctx)
	if code := codeOf(err); code == "AccessDenied" || code == "AllAccessDisabled" {
		return f.lookAtBucket(ctx, err)
	}
	if err == nil || errors.As(err, new(*noVersionsError)) {
		return err
	}
	return f.explain(err)
}

// withoutVersions returns nil if a bucket of this status keeps versions, or a
// *noVersionsError with the command that has it keep them, or says why it cannot.
// A suspended one was set so by somebody, and is not overwritten unasked.
func (f *foreignStore) withoutVersions(status types.BucketVersioningStatus) error {
	if status == types.BucketVersioningStatusEnabled {
		return nil
	}
	remedy := fmt.Sprintf("bytepass provision --s3-endpoint %s --s3-bucket %s", f.cfg.Endpoint, f.cfg.Bucket)
	if status == types.BucketVersioningStatusSuspended {
		remedy += " --replace versioning"
	}
	return &noVersionsError{bad("--s3-bucket", "%s keeps no versions, so what is overwritten or deleted would be lost for good; have them kept with: %s", f.cfg.Bucket, remedy)}
}

// tryUploads finds out where the store's uploads in parts are not as on S3.
func tryUploads(ctx context.Context, m *bucket.Multipart, parts bucket.PartClient, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	if err := m.Try(ctx, parts); err != nil {
		log.Warn("it could not be tried how the store takes files that come in parts; they may fail", "error", err)
	}
}

// lookAtBucket is for users who may not see the bucket's versioning, as refused
// says: whoever sees the bucket itself may go on.
func (f *foreignStore) lookAtBucket(ctx context.Context, refused error) error {
	_, err := f.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &f.cfg.Bucket})
	switch {
	case err == nil:
		f.log.Warn("the user of --s3-access-key may not see whether the bucket keeps versions; without them, what is overwritten or deleted is lost for good", "bucket", f.cfg.Bucket)
		return nil
	case statusOf(err) == http.StatusForbidden:
		return bad("--s3-access-key", "its user has no rights on bucket %s (%v); bytepass provision gives them, or says what to do", f.cfg.Bucket, said(refused))
	}
	return f.explain(err)
}

// explain returns which setting an answer of the store is about.
func (f *foreignStore) explain(err error) error {
	var certificate *tls.CertificateVerificationError
	switch code, status := codeOf(err), statusOf(err); {
	case errors.As(err, &certificate):
		return bad("--s3-endpoint", "the certificate of %s is not to be trusted: %v; if an authority of yours has signed it, name its file with SSL_CERT_FILE", f.cfg.Endpoint, certificate.Err)
	case errors.Is(err, http.ErrSchemeMismatch):
		return bad("--s3-endpoint", "%s answers without TLS; write http:// instead of https://", f.cfg.Endpoint)
	case code == "InvalidAccessKeyId", code == "XAdminUserNotFound": // versitygw's
		return bad("--s3-access-key", "the store does not know this key; name that of a user whom bytepass provision has made")
	case code == "SignatureDoesNotMatch":
		return bad("--s3-secret-key", "it is not the secret of the key in --s3-access-key; or a proxy before the store changes the host that requests name")
	case slices.Contains([]string{"AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect", "InvalidRegion"}, code), status == http.StatusMovedPermanently:
		return bad("--s3-region", "the bucket is not in region %s (%v); name its own", f.cfg.region(), said(err))
	case code == "InvalidBucketName":
		return bad("--s3-bucket", "the store takes no bucket of the name %q; name the one that bytepass provision has made", f.cfg.Bucket)
	case code == "NoSuchBucket":
		return bad("--s3-bucket", "%s has no bucket %s; make it with: bytepass provision --s3-endpoint %s --s3-bucket %s", f.cfg.Endpoint, f.cfg.Bucket, f.cfg.Endpoint, f.cfg.Bucket)
	case code == "RequestTimeTooSkewed", status == 0, status == http.StatusTooManyRequests, status >= 500 && status != http.StatusNotImplemented:
		return &awayError{fmt.Errorf("the store at %s does not answer: %w", f.cfg.Endpoint, said(err))}
	}
	return bad("--s3-endpoint", "%s does not answer as an S3 store that keeps versions: %v", f.cfg.Endpoint, said(err))
}

// codeOf returns the code of the store's answer, empty if there is none.
func codeOf(err error) string {
	var answer smithy.APIError
	if errors.As(err, &answer) {
		return answer.ErrorCode()
	}
	return ""
}

// statusOf returns the HTTP status of the store's answer, 0 if there was none.
func statusOf(err error) int {
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) && answer.Response != nil {
		return answer.HTTPStatusCode()
	}
	return 0
}

// said returns what the store said without the SDK's account of how.
func said(err error) error {
	var answer smithy.APIError
	if errors.As(err, &answer) {
		return errors.New(answer.ErrorCode() + ": " + answer.ErrorMessage())
	}
	var sending *url.Error
	if errors.As(err, &sending) {
		return sending.Err
	}
	return err
}
