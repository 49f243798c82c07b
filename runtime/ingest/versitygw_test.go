package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/files"
)

// The gateway changes its process's working folder and can run only once in it,
// so the test binary runs itself once more as the gateway.
func TestMain(m *testing.M) {
	if folder := os.Getenv("TEST_VERSITYGW_FOLDER"); folder != "" {
		fmt.Fprintln(os.Stderr, runGateway(folder, os.Getenv("TEST_VERSITYGW_ADDRESS"), os.Getenv("TEST_VERSITYGW_WEBHOOK")))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func runGateway(folder, address, webhook string) error {
	go func() { // it ends with the test, however that ends
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	options := posix.PosixOpts{VersioningDir: filepath.Join(folder, "versions"), NewDirPerm: 0o755, CopyObjectThreshold: 5 << 30}
	backend, err := posix.New(filepath.Join(folder, "objects"), meta.XattrMeta{}, options)
	if err != nil {
		return err
	}
	return embedgw.RunVersityGW(context.Background(), backend, &embedgw.Config{
		RootUserAccess: "root", RootUserSecret: "rootsecret", Ports: []string{address},
		MaxConnections: 100, MaxRequests: 100, MultipartMaxParts: 10000, Quiet: true, EventWebhookURL: webhook,
	})
}

// startGateway starts versitygw with a versioned bucket that tells webhook of
// every change.
func startGateway(t *testing.T, webhook string) *store {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"objects", "versions"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()

	var output bytes.Buffer
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TEST_VERSITYGW_FOLDER="+folder, "TEST_VERSITYGW_ADDRESS="+address, "TEST_VERSITYGW_WEBHOOK="+webhook)
	cmd.Stdout, cmd.Stderr = &output, &output
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = input.Close()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("versitygw says:\n%s", output.String())
		}
	})
	s := &store{bucket: "bucket", locks: map[string]*sync.Mutex{}, client: s3.New(s3.Options{
		BaseEndpoint: aws.String("http://" + address), Region: "us-east-1", UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("root", "rootsecret", ""),
	})}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err = s.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &s.bucket}); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("versitygw does not start: %v", err)
		}
	}
	_, err = s.client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket: &s.bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

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

// unreliable fails one call in ten, before or after it was made.
type unreliable struct{ catalog.Catalog }

func (u unreliable) Put(ctx context.Context, r files.Record, was catalog.Revision) error {
	switch rand.IntN(20) {
	case 0:
		return errFault
	case 1:
		return errors.Join(u.Catalog.Put(ctx, r, was), errFault)
	default:
		return u.Catalog.Put(ctx, r, was)
	}
}

// The whole way on real parts: people change a bucket of versitygw, its webhook
// tells, two workers and a reconcile follow on SQLite, with failures; nothing is
// stopped between two calls but by chance.
func TestTheCatalogConvergesWithVersitygw(t *testing.T) {
	engine, err := sql.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	events := make(chan string, 10_000)
	hook, err := Webhook(secret, Plain, func(_ context.Context, key string) error {
		events <- key
		return nil
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	receiver := httptest.NewServer(hook)
	t.Cleanup(receiver.Close)
	s := startGateway(t, receiver.URL+"/"+secret)
	p := New(Config{Bucket: s, Catalog: unreliable{engine}, Name: s.bucket, Keep: time.Hour, Log: slog.New(slog.DiscardHandler), Now: time.Now})

	ctx, stop := context.WithCancel(t.Context())
	var followers, people sync.WaitGroup
	for range 2 {
		followers.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case key := <-events:
					if p.Sync(ctx, key) != nil {
						events <- key
					}
				}
			}
		})
	}
	busy, quiet := context.WithCancel(ctx) // in the end, events alone have to do
	followers.Go(func() {
		for busy.Err() == nil {
			_, _ = p.Reconcile(busy, s, Sweep{Concurrency: 2}) // fails now and then, as it should
			time.Sleep(50 * time.Millisecond)
		}
	})
	keys := []string{"u/alice/plain.txt", "u/alice/dir/a+b %20 é?.txt", "g/team/\U0001F4BE"}
	for person := range uint64(3) {
		people.Go(func() {
			r := rand.New(rand.NewPCG(1, person))
			for range 40 {
				if err := s.change(t.Context(), r, keys[r.IntN(len(keys))]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	people.Wait()
	quiet()
	defer followers.Wait()
	defer stop()

	var wrong string
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if wrong = compare(t, s, engine, keys); wrong == "" && len(events) == 0 {
			return
		}
	}
	t.Errorf("%d events are waiting; %s", len(events), wrong)
}

func compare(t *testing.T, s *store, engine catalog.Catalog, keys []string) string {
	t.Helper()
	for _, objectKey := range keys {
		space, key, _ := files.SplitObjectKey(objectKey)
		r, rev, err := engine.Get(t.Context(), space, key)
		if err != nil {
			t.Fatal(err)
		}
		head, found, err := s.Head(t.Context(), objectKey)
		if err != nil {
			t.Fatal(err)
		}
		if why := differs(r, rev, head, found, true); why != "" {
			return fmt.Sprintf("%s: %s: the bucket has %+v (%t), the catalog %+v", objectKey, why, head, found, r)
		}
	}
	return ""
}
