package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bytepass/bytepass/runtime/files"
)

type deleteInput struct {
	SpaceQuery
	Key  string `query:"key" doc:"The file's key, unless it is in the body" example:"photos/a.jpg"`
	Body *struct {
		Key string `json:"key" doc:"The file's key" example:"photos/a.jpg"`
	} `nameHint:"DeleteRequest"`
}

// key returns the key of the body or of the query. The error is a
// *files.Problem if both say something else.
func (in *deleteInput) key() (string, error) {
	switch {
	case in.Body == nil:
		if in.Key == "" {
			return "", files.Problemf(files.CodeInvalidKey, "key", "it is missing; send {\"key\":\"…\"} or ?key=")
		}
		return in.Key, nil
	case in.Key != "" && in.Key != in.Body.Key:
		return "", files.Problemf(files.CodeInvalidKey, "key", "the body and the query name different files; send one of them")
	}
	return in.Body.Key, nil
}

// Done is the answer to a change.
type Done struct {
	Success   bool   `json:"success" doc:"Always true: everything else is a problem" example:"true"`
	Key       string `json:"key" doc:"The file's key, in Unicode's normal form C" example:"photos/a.jpg"`
	VersionID string `json:"versionId,omitempty" doc:"The version that is now on top: of a deleted file its delete marker, of a restored one its bytes"`
}

type doneOutput struct {
	Body Done
}

func (s *service) registerDelete(operations huma.API) {
	register(s, operations, operation{
		id: "delete", method: http.MethodDelete, path: "/api/files", tag: "files", scope: write,
		summary:     "Delete a file, recoverably",
		description: "Puts a delete marker on the file. Its versions stay for the time that the deployment keeps them, and `POST /api/restore` brings it back. Deleting a file that is deleted changes nothing and succeeds. Requests that meet at the same moment may leave a marker each, as on S3; one restore removes them all.",
	}, s.delete)
}

// delete puts a marker on a key that has a file on top. It looks first: a
// marker on a key that was never used would make history of nothing. Of several
// at once each may see the file and leave a marker, because S3 makes one for
// every request; to ask for more than restore's removing all of them would take
// a condition, and with it the right to read, which this role does not have.
func (s *service) delete(ctx context.Context, in *deleteInput) (*doneOutput, error) {
	if s.Deleter == nil {
		return nil, notServed()
	}
	rawKey, err := in.key()
	if err != nil {
		return nil, err
	}
	_, key, object, err := in.object(ctx, rawKey)
	if err != nil {
		return nil, err
	}
	versions, _, err := s.Deleter.Versions(ctx, object, "", 1)
	if err != nil {
		return nil, err
	}
	if len(versions) == 0 {
		return nil, files.Problemf(files.CodeNotFound, "key", "there is no such file")
	}
	marker := versions[0].VersionID
	if !versions[0].DeleteMarker {
		if marker, err = s.Deleter.Delete(ctx, object); err != nil {
			return nil, err
		}
	}
	noteVersion(ctx, marker)
	return &doneOutput{Done{Success: true, Key: string(key), VersionID: marker}}, nil
}
