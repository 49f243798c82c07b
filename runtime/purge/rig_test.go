package purge

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/catalog/catalogtest"
	"github.com/bytepass/bytepass/runtime/files"
)

// rig is a bucket on a real store, and a catalog.
type rig struct {
	*testing.T
	client  *s3.Client
	bucket  string
	catalog *catalogtest.Memory
}

func newRig(t *testing.T, client *s3.Client, name string) *rig {
	return &rig{t, client, name, catalogtest.NewMemory(time.Now)}
}

func (r *rig) person(owner string) files.Space {
	r.Helper()
	space, err := files.Person(owner)
	if err != nil {
		r.Fatal(err)
	}
	return space
}

// config purges target as quickly as it can be sure.
func (r *rig) config(target Target) Config {
	return Config{
		Store: r.client, Bucket: r.bucket, Uploads: bucket.NewMultipart(r.client, r.bucket), Catalog: r.catalog,
		Target: target, Settle: 50 * time.Millisecond, Patience: time.Minute, Now: time.Now,
	}
}

func (r *rig) purge(cfg Config) Result {
	r.Helper()
	p, err := New(cfg)
	if err != nil {
		r.Fatal(err)
	}
	result, err := p.Run(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	return result
}

func (r *rig) plan(target Target) Plan {
	r.Helper()
	p, err := New(r.config(target))
	if err != nil {
		r.Fatal(err)
	}
	plan, err := p.Plan(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	return plan
}

// put makes a version of an object, and the record that ingest would make.
func (r *rig) put(object string) {
	r.Helper()
	_, err := r.client.PutObject(r.Context(), &s3.PutObjectInput{Bucket: &r.bucket, Key: &object, Body: strings.NewReader("bytes")})
	if err != nil {
		r.Fatalf("put %q: %v", object, err)
	}
	r.record(object, files.Stored)
}

// record writes the record of an object, if its key is one of ours.
func (r *rig) record(object string, status files.Status) {
	r.Helper()
	space, key, ok := files.SplitObjectKey(object)
	if !ok {
		return
	}
	_, rev, err := r.catalog.Get(r.Context(), space, key)
	if err == nil {
		record := files.Record{Space: space, Key: key, Status: status, Bucket: r.bucket}
		if status == files.Deleted {
			record.DeletedAt, record.ExpiresAt = time.Now(), time.Now().Add(time.Hour)
		}
		err = r.catalog.Put(r.Context(), record, rev)
	}
	if err != nil {
		r.Error(err)
	}
}

// delete puts a marker on an object.
func (r *rig) delete(object string) {
	r.Helper()
	if _, err := r.client.DeleteObject(r.Context(), &s3.DeleteObjectInput{Bucket: &r.bucket, Key: &object}); err != nil {
		r.Fatal(err)
	}
	r.record(object, files.Deleted)
}

// begin begins an upload in parts, with one part.
func (r *rig) begin(object string) {
	r.Helper()
	started, err := r.client.CreateMultipartUpload(r.Context(), &s3.CreateMultipartUploadInput{Bucket: &r.bucket, Key: &object})
	if err != nil {
		r.Fatalf("begin %q: %v", object, err)
	}
	_, err = r.client.UploadPart(r.Context(), &s3.UploadPartInput{Bucket: &r.bucket, Key: &object, UploadId: started.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("part")})
	if err != nil {
		r.Fatalf("a part of %q: %v", object, err)
	}
}

// many makes n versions of an object, some at once.
func (r *rig) many(object string, n int) {
	r.Helper()
	group, ctx := errgroup.WithContext(r.Context())
	group.SetLimit(8)
	for range n {
		group.Go(func() error {
			_, err := r.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &r.bucket, Key: &object, Body: strings.NewReader("bytes")})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		r.Fatal(err)
	}
	r.record(object, files.Stored)
}

// remains returns what store and catalog have, each object once: with how many
// versions and markers, uploads and records.
func (r *rig) remains() []string {
	r.Helper()
	counts := map[string]*[3]int{}
	count := func(object string, what int) {
		if counts[object] == nil {
			counts[object] = new([3]int)
		}
		counts[object][what]++
	}
	pages := s3.NewListObjectVersionsPaginator(r.client, &s3.ListObjectVersionsInput{Bucket: &r.bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(r.Context())
		if err != nil {
			r.Fatal(err)
		}
		for _, v := range page.Versions {
			count(aws.ToString(v.Key), 0)
		}
		for _, m := range page.DeleteMarkers {
			count(aws.ToString(m.Key), 0)
		}
	}
	err := bucket.NewMultipart(r.client, r.bucket).UnfinishedUploads(r.Context(), "", func(u files.Unfinished) error {
		count(u.ObjectKey, 1)
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
	for _, record := range r.records() {
		count(record, 2)
	}
	var all []string
	for object, n := range counts {
		all = append(all, fmt.Sprintf("%s %v", object, *n))
	}
	slices.Sort(all)
	return all
}

func (r *rig) records() (objects []string) {
	r.Helper()
	err := r.catalog.Walk(r.Context(), func(record files.Record, _ catalogRevision) error {
		objects = append(objects, record.Space.Prefix()+string(record.Key))
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
	slices.Sort(objects)
	return objects
}

// denying deletes but for some that it denies, as S3 does: each with an error of
// its own.
func (r *rig) denying(denied func(types.ObjectIdentifier) bool) deleteObjects {
	return func(ctx context.Context, in *s3.DeleteObjectsInput) (*s3.DeleteObjectsOutput, error) {
		out := &s3.DeleteObjectsOutput{}
		var kept []types.Error
		in.Delete.Objects = slices.DeleteFunc(in.Delete.Objects, func(o types.ObjectIdentifier) bool {
			if !denied(o) {
				return false
			}
			kept = append(kept, types.Error{Key: o.Key, VersionId: o.VersionId, Code: aws.String("AccessDenied"), Message: aws.String("no")})
			return true
		})
		if len(in.Delete.Objects) > 0 {
			var err error
			if out, err = r.client.DeleteObjects(ctx, in); err != nil {
				return nil, err
			}
		}
		out.Errors = append(out.Errors, kept...)
		return out, nil
	}
}

type deleteObjects = func(context.Context, *s3.DeleteObjectsInput) (*s3.DeleteObjectsOutput, error)

// changed is a store with calls of one's own in between.
type changed struct {
	Store
	list          func(*s3.ListObjectVersionsInput) // changes what is asked for
	deleteObjects deleteObjects
	before        func(call string) error
}

func (c *changed) ListObjectVersions(ctx context.Context, in *s3.ListObjectVersionsInput, o ...func(*s3.Options)) (*s3.ListObjectVersionsOutput, error) {
	if c.before != nil {
		if err := c.before("list"); err != nil {
			return nil, err
		}
	}
	if c.list != nil {
		asked := *in
		c.list(&asked)
		in = &asked
	}
	return c.Store.ListObjectVersions(ctx, in, o...)
}

func (c *changed) DeleteObjects(ctx context.Context, in *s3.DeleteObjectsInput, o ...func(*s3.Options)) (*s3.DeleteObjectsOutput, error) {
	if c.before != nil {
		if err := c.before("delete"); err != nil {
			return nil, err
		}
	}
	if c.deleteObjects != nil {
		return c.deleteObjects(ctx, in)
	}
	return c.Store.DeleteObjects(ctx, in, o...)
}
