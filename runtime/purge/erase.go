package purge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// eraseVersions deletes the target's versions and markers page by page, which is
// what S3 deletes at once.
func (r *round) eraseVersions(ctx context.Context) error {
	return r.versions(ctx, func(page []version) (left []version, err error) {
		r.stays = map[[2]string]bool{}
		var alone []version
		together := slices.DeleteFunc(slices.Clone(page), func(v version) bool {
			if r.cfg.OneByOne || !inXML(v.object) {
				alone = append(alone, v)
				return true
			}
			return false
		})
		refused, err := r.eraseTogether(ctx, together)
		if err != nil {
			return nil, err
		}
		if refused {
			alone = page
		}
		erase := each[version]
		if r.cfg.OneByOne {
			erase = inTurn[version]
		}
		if err := erase(ctx, alone, r.eraseAlone); err != nil {
			return nil, err
		}
		return slices.DeleteFunc(slices.Clone(page), func(v version) bool { return !r.stays[v.name()] }), ctx.Err()
	})
}

// eraseTogether deletes a page in one request. Errors are told for each key;
// refused says that this store does not take such requests, or not this one.
func (r *round) eraseTogether(ctx context.Context, page []version) (refused bool, err error) {
	if len(page) == 0 {
		return false, nil
	}
	kept := map[[2]string]bool{}
	in := &s3.DeleteObjectsInput{Bucket: &r.cfg.Bucket, Delete: &types.Delete{Quiet: aws.Bool(true)}}
	for _, v := range page {
		in.Delete.Objects = append(in.Delete.Objects, types.ObjectIdentifier{Key: aws.String(v.object), VersionId: aws.String(v.id)})
	}
	out, err := r.cfg.Store.DeleteObjects(ctx, in)
	if err != nil {
		if refusesBatches(err) {
			return true, nil
		}
		return false, fmt.Errorf("delete versions in the store: %w", err)
	}
	for _, e := range out.Errors {
		v := version{object: aws.ToString(e.Key), id: aws.ToString(e.VersionId)}
		if code := aws.ToString(e.Code); code != "NoSuchVersion" && code != "NoSuchKey" {
			r.stay(v, reason(code, aws.ToString(e.Message)))
		}
		kept[v.name()] = true
	}
	for _, v := range page {
		if !kept[v.name()] {
			r.gone(v)
		}
	}
	return false, nil
}

// eraseAlone deletes one version or marker.
func (r *round) eraseAlone(ctx context.Context, v version) error {
	_, err := r.cfg.Store.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &r.cfg.Bucket, Key: &v.object, VersionId: &v.id})
	var answer smithy.APIError
	switch {
	case err == nil:
		r.gone(v)
	case ctx.Err() != nil:
		return ctx.Err()
	case status(err) == http.StatusNotFound: // somebody else was faster
	case errors.As(err, &answer):
		r.stay(v, reason(answer.ErrorCode(), answer.ErrorMessage()))
	default:
		return fmt.Errorf("delete a version in the store: %w", err)
	}
	return nil
}

// refusesBatches reports whether a store has refused to delete many at once,
// where it may well delete one: some know no such request, some want a checksum
// that the SDK does not send.
func refusesBatches(err error) bool {
	return slices.Contains([]int{http.StatusNotImplemented, http.StatusMethodNotAllowed, http.StatusBadRequest, http.StatusLengthRequired}, status(err))
}

func status(err error) int {
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) && answer.Response != nil {
		return answer.HTTPStatusCode()
	}
	return 0
}

// reason returns why the store keeps something, with what that mostly means.
func reason(code, message string) string {
	why := code
	if message != "" && message != code {
		why += ": " + message
	}
	if code == "AccessDenied" || code == "ObjectLocked" || code == "InvalidRequest" {
		why += " (an object lock or legal hold, or these credentials may not delete versions)"
	}
	return why
}

// inXML reports whether XML 1.0 can hold the key (section 2.2 of its
// recommendation), in which many are deleted at once.
func inXML(key string) bool {
	for _, c := range key {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xFFFE || c == 0xFFFF || c == '\uFFFD' {
			return false
		}
	}
	return true
}
