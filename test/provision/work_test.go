package provision

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/files"
)

// serverWork does as the server's user everything that the server does with a
// store, by the server's own code; parts arrive by URLs of the signer's. The
// error names what does not go.
func serverWork(ctx context.Context, server, signer *s3.Client, name, owner string) error {
	objects, uploads := bucket.New(server, name), bucket.NewMultipart(server, name)
	space, err := files.Person(owner)
	if err != nil {
		return err
	}
	key := space.Prefix() + "film"
	if _, found, err := objects.Head(ctx, space.Prefix()+"missing"); err != nil || found {
		return fmt.Errorf("the head of a missing key: %v, %w", found, err)
	}
	for _, body := range []string{"one", "two"} {
		if err := putByURL(ctx, signer, name, key, body); err != nil {
			return fmt.Errorf("a signed PUT: %w", err)
		}
	}
	history, _, err := objects.Versions(ctx, key, "", 10)
	if err != nil || len(history) != 2 {
		return fmt.Errorf("versions: %d, %w", len(history), err)
	}
	if _, err := objects.CopyVersion(ctx, key, history[1].VersionID); err != nil {
		return fmt.Errorf("copying an older version: %w", err)
	}
	marker, err := objects.Delete(ctx, key)
	if err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	if err := objects.RemoveMarker(ctx, key, marker); err != nil {
		return fmt.Errorf("removing a marker: %w", err)
	}
	if err := objects.Keys(ctx, space.Prefix(), func(string, string, int64) error { return nil }); err != nil {
		return fmt.Errorf("listing: %w", err)
	}
	if err := multipartWork(ctx, server, signer, uploads, name, space); err != nil {
		return err
	}
	if _, err := server.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &name}); err != nil {
		return fmt.Errorf("looking at versioning: %w", err)
	}
	if _, err := server.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &name}); status(err) == http.StatusForbidden {
		return fmt.Errorf("looking at the lifecycle: %w", err)
	}
	return nil
}

func multipartWork(ctx context.Context, server, signer *s3.Client, uploads *bucket.Multipart, name string, space files.Space) error {
	if err := uploads.Try(ctx, server); err != nil {
		return fmt.Errorf("trying uploads: %w", err)
	}
	for _, complete := range []bool{false, true} {
		id, _, err := uploads.CreateUpload(ctx, files.Upload{Space: space, Key: "parts", Size: 4})
		if err != nil {
			return fmt.Errorf("beginning an upload: %w", err)
		}
		key := space.Prefix() + "parts"
		part, err := s3.NewPresignClient(signer).PresignUploadPart(ctx, &s3.UploadPartInput{Bucket: &name, Key: &key, UploadId: &id, PartNumber: aws.Int32(1)})
		if err != nil {
			return err
		}
		if err := send(ctx, part.Method, part.URL, "part"); err != nil {
			return fmt.Errorf("a signed part: %w", err)
		}
		there, err := uploads.UploadedParts(ctx, key, id)
		if err != nil {
			return fmt.Errorf("listing parts: %w", err)
		}
		if err := uploads.UnfinishedUploads(ctx, space.Prefix(), func(files.Unfinished) error { return nil }); err != nil {
			return fmt.Errorf("listing uploads: %w", err)
		}
		if !complete {
			err = uploads.AbortUpload(ctx, key, id)
		} else {
			_, err = uploads.CompleteUpload(ctx, files.Completion{ObjectKey: key, UploadID: id, Parts: there.Parts})
		}
		if err != nil {
			return fmt.Errorf("ending an upload (completing it: %v): %w", complete, err)
		}
	}
	return nil
}

func putByURL(ctx context.Context, signer *s3.Client, name, key, body string) error {
	r, err := s3.NewPresignClient(signer).PresignPutObject(ctx, &s3.PutObjectInput{Bucket: &name, Key: &key})
	if err != nil {
		return err
	}
	return send(ctx, r.Method, r.URL, body)
}

func getByURL(ctx context.Context, signer *s3.Client, name, key string) error {
	r, err := s3.NewPresignClient(signer).PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &name, Key: &key})
	if err != nil {
		return err
	}
	return send(ctx, r.Method, r.URL, "")
}

func send(ctx context.Context, method, url, body string) error {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return &answered{res.StatusCode, string(text)}
	}
	return nil
}

type answered struct {
	status int
	text   string
}

// Error returns what the store said.
func (a *answered) Error() string { return fmt.Sprintf("%d %s", a.status, a.text) }

// HTTPStatusCode returns the status, like errors of the SDK.
func (a *answered) HTTPStatusCode() int { return a.status }

// status returns the HTTP status of an answer; 0 if there was none.
func status(err error) int {
	var told interface{ HTTPStatusCode() int }
	if errors.As(err, &told) {
		return told.HTTPStatusCode()
	}
	return 0
}
