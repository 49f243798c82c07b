package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bytepass/bytepass/runtime/files"
)

type restoreInput struct {
	SpaceQuery
	Body struct {
		Key       string `json:"key" doc:"The file's key" example:"photos/a.jpg"`
		VersionID string `json:"versionId,omitempty" doc:"The version to put on top; by default the newest that has bytes"`
	} `nameHint:"RestoreRequest"`
}

func (s *service) registerRestore(operations huma.API) {
	register(s, operations, operation{
		id: "restore", method: http.MethodPost, path: "/api/restore", tag: "files", scope: write,
		summary:     "Restore a file",
		description: "Removes the delete markers on top of a file, or copies an older version on top of it, up to 5 GB. Restoring what is on top changes nothing and succeeds.",
		answers:     []int{http.StatusConflict},
	}, s.restore)
}

// restoreTries is how often restore looks when others change the file under
// its hands.
const restoreTries = 10

// restore brings a version back to the top. It may be asked again at any time,
// also by several at once: what was done is not done twice, but for the copy of
// an older version, which then stands on top twice with the same bytes.
func (s *service) restore(ctx context.Context, in *restoreInput) (*doneOutput, error) {
	if s.Restorer == nil {
		return nil, notServed()
	}
	_, key, object, err := in.object(ctx, in.Body.Key)
	if err != nil {
		return nil, err
	}
	var failed error
	var before []files.Version
	for try := 0; try < restoreTries; try++ {
		versions, err := s.top(ctx, object)
		if err != nil {
			return nil, err
		}
		if try > 0 && slices.Equal(versions, before) {
			break // it was not because somebody else was at it
		}
		var restored string
		if restored, failed = s.bringBack(ctx, object, in.Body.VersionID, versions); failed == nil {
			noteVersion(ctx, restored)
			return &doneOutput{Done{Success: true, Key: string(key), VersionID: restored}}, nil
		}
		before = versions
	}
	return nil, failed
}

// top returns the history of an object down to the newest version that has
// bytes, and at least a page of it.
func (s *service) top(ctx context.Context, object string) ([]files.Version, error) {
	var versions []files.Version
	bytes := false
	for v, err := range history(ctx, s.Restorer, object) {
		if err != nil {
			return nil, err
		}
		versions = append(versions, v)
		if bytes = bytes || !v.DeleteMarker; bytes && len(versions) >= maxLimit {
			break
		}
	}
	return versions, nil
}

// bringBack puts the wanted version on top, or the newest that has bytes if
// none is wanted, and returns its id. versions is the top of the history.
func (s *service) bringBack(ctx context.Context, object, wanted string, versions []files.Version) (restored string, err error) {
	newest, deleted := underMarkers(versions)
	switch {
	case len(versions) == 0:
		return "", files.Problemf(files.CodeNotFound, "key", "there is no such file, and none of its versions is left")
	case wanted == "" && newest == "":
		return "", files.Problemf(files.CodeNotFound, "key", "no version of the file is left to restore")
	case wanted == "" || wanted == newest:
		for _, marker := range deleted {
			if err := s.Restorer.RemoveMarker(ctx, object, marker); err != nil {
				return "", err
			}
		}
		return newest, nil
	case slices.ContainsFunc(versions, func(v files.Version) bool { return v.DeleteMarker && v.VersionID == wanted }):
		return "", files.Problemf(files.CodeInvalidField, "versionId", "this is a delete marker, which has no bytes; name a version")
	}
	return s.Restorer.CopyVersion(ctx, object, wanted)
}

// underMarkers returns the newest version that has bytes, empty if there is
// none, and the delete markers on top of it.
func underMarkers(versions []files.Version) (newest string, markers []string) {
	for _, v := range versions {
		if !v.DeleteMarker {
			return v.VersionID, markers
		}
		markers = append(markers, v.VersionID)
	}
	return "", markers
}
