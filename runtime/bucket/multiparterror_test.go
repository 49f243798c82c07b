package bucket

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bytepass/bytepass/runtime/files"
)

// answered is the error of an operation that the store answered.
func answered(status int, code string) error {
	return &smithy.OperationError{ServiceID: "S3", OperationName: "CompleteMultipartUpload", Err: &awshttp.ResponseError{
		ResponseError: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}},
			Err:      &smithy.GenericAPIError{Code: code, Message: "m"},
		},
	}}
}

func TestMultipartError(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		is   error
		code files.Code
	}{
		"gone":            {err: answered(404, "NoSuchUpload"), is: files.ErrUploadGone},
		"gone on Ceph":    {err: answered(404, "NoSuchKey"), is: files.ErrUploadGone},
		"changed":         {err: answered(400, "InvalidPart"), is: files.ErrPartChanged},
		"exists":          {err: answered(412, "PreconditionFailed"), is: files.ErrExists},
		"other bytes":     {err: answered(400, "BadDigest"), code: files.CodeInvalidChecksum},
		"small part":      {err: answered(400, "EntityTooSmall"), code: files.CodeInvalidParts},
		"large":           {err: answered(400, "EntityTooLarge"), code: files.CodeTooLarge},
		"file and folder": {err: answered(409, "ObjectParentIsFile"), code: files.CodePathConflict},
		"long":            {err: answered(400, "KeyTooLongError"), code: files.CodeNameTooLong},
		"metadata":        {err: answered(400, "MetadataTooLarge"), code: files.CodeInvalidMetadata},
		"busy":            {err: answered(503, "SlowDown"), code: files.CodeUnavailable},
		"full":            {err: answered(507, "InsufficientStorage"), code: files.CodeStoreFull},
		"racing":          {err: answered(409, "ConditionalRequestConflict"), code: files.CodeUnavailable},
		"too late":        {err: &smithy.OperationError{Err: context.DeadlineExceeded}, code: files.CodeUnavailable},
		"no connection":   {err: &smithy.OperationError{Err: errors.New("dial tcp: refused")}, code: files.CodeUnavailable},
		"hung up":         {err: &smithy.OperationError{Err: context.Canceled}, is: context.Canceled, code: files.CodeInternal},
		"forbidden":       {err: answered(403, "AccessDenied"), code: files.CodeInternal},
		"not implemented": {err: answered(501, "NotImplemented"), code: files.CodeInternal},
	} {
		got := multipartError("Operation", tc.err)
		if tc.is != nil && !errors.Is(got, tc.is) || tc.code != "" && files.CodeOf(got) != tc.code {
			t.Errorf("%s: %v", name, got)
		}
		if tc.code == "" && !strings.Contains(got.Error(), "Operation") {
			t.Errorf("%s: %v does not name the operation", name, got)
		}
	}
}

func TestBackoff(t *testing.T) {
	for attempt, most := range map[int]time.Duration{1: 100 * time.Millisecond, 2: 200 * time.Millisecond, 6: 3200 * time.Millisecond, 7: 5 * time.Second, 100: 5 * time.Second} {
		for range 100 {
			if d, err := backoff(attempt, nil); err != nil || d < 0 || d >= most {
				t.Fatalf("after attempt %d: %v, %v", attempt, d, err)
			}
		}
	}
}
