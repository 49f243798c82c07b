package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/files"
)

// store is a bucket behind the S3 API. Changes of a key happen one after the
// other: the gateway mixes up the versions of a key that is written twice at
// the same time.
type store struct {
	client *s3.Client
	bucket string
	mu     sync.Mutex
	locks  map[string]*sync.Mutex
}

func (s *store) lock(key string) (unlock func()) {
	s.mu.Lock()
	if s.locks[key] == nil {
		s.locks[key] = &sync.Mutex{}
	}
	l := s.locks[key]
	s.mu.Unlock()
	l.Lock()
	return l.Unlock
}

func status(err error) int {
	var answer interface{ HTTPStatusCode() int }
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}

// Head implements Bucket.
func (s *store) Head(ctx context.Context, key string) (files.Head, bool, error) {
	out, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &key})
	if status(err) == http.StatusNotFound {
		return files.Head{}, false, nil
	} else if err != nil {
		return files.Head{}, false, err
	}
	d, ok := files.ParseDeclaration(out.Metadata[files.DeclarationMeta])
	return files.Head{
		Size: aws.ToInt64(out.ContentLength), MimeType: aws.ToString(out.ContentType), ETag: strings.Trim(aws.ToString(out.ETag), `"`),
		VersionID: aws.ToString(out.VersionId), LastModified: aws.ToTime(out.LastModified), Declaration: d, Declared: ok,
	}, true, nil
}

// DeleteIfMatch implements Bucket.
func (s *store) DeleteIfMatch(ctx context.Context, key, etag string) error {
	defer s.lock(key)()
	_, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &key, IfMatch: aws.String(`"` + etag + `"`)})
	if code := status(err); code == http.StatusPreconditionFailed || code == http.StatusNotFound {
		return files.ErrChanged
	}
	return err
}

// Keys implements Lister.
func (s *store) Keys(ctx context.Context, prefix string, visit func(string, string, int64) error) error {
	pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, o := range page.Contents {
			if err := visit(aws.ToString(o.Key), aws.ToString(o.ETag), aws.ToInt64(o.Size)); err != nil {
				return err
			}
		}
	}
	return nil
}

// change does one thing to a key, as r decides.
func (s *store) change(ctx context.Context, r *rand.Rand, key string) error {
	defer s.lock(key)()
	versions, err := s.client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: &s.bucket, Prefix: &key})
	if err != nil {
		return err
	}
	switch n := len(versions.Versions); r.IntN(10) {
	case 0, 1, 2, 3: // a valid upload
		return s.put(ctx, key, r.Uint64(), 16)
	case 4, 5: // not what was declared
		return s.put(ctx, key, r.Uint64(), 15)
	case 6, 7:
		_, err = s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &key})
	case 8: // undelete
		for _, m := range versions.DeleteMarkers {
			if aws.ToBool(m.IsLatest) {
				_, err = s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &key, VersionId: m.VersionId})
			}
		}
	default: // erase a version, or put a copy of it on top
		if n == 0 {
			return nil
		}
		v := versions.Versions[r.IntN(n)]
		if r.IntN(2) == 0 {
			_, err = s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &key, VersionId: v.VersionId})
		} else {
			source := strings.ReplaceAll(url.QueryEscape(s.bucket+"/"+key), "+", "%20") + "?versionId=" + aws.ToString(v.VersionId)
			_, err = s.client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: &s.bucket, Key: &key, CopySource: &source})
		}
	}
	return err
}

func (s *store) put(ctx context.Context, key string, content uint64, declared int64) error {
	d := files.Declaration{Size: &declared, Name: "name"}
	_, err := s.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &s.bucket, Key: &key, Body: strings.NewReader(fmt.Sprintf("%016x", content)),
		ContentType: aws.String("text/plain"), Metadata: map[string]string{files.DeclarationMeta: d.Encode()},
	})
	return err
}
