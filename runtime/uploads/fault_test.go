package uploads_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// unconditional is a store that ignores If-None-Match, as Ceph RGW 16 does.
type unconditional struct{ uploads.Store }

func (s unconditional) CompleteUpload(ctx context.Context, c files.Completion) (files.Completed, error) {
	c.NoOverwrite = false
	return s.Store.CompleteUpload(ctx, c)
}

// between puts a proxy between the Control and the store, which gives every
// request to meddle first; what meddle answers itself, the store does not see.
func between(t *testing.T, meddle func(w http.ResponseWriter, r *http.Request) (answered bool)) func(*uploads.Config) {
	t.Helper()
	target, err := url.Parse(gateway.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // it is signed
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !meddle(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return func(cfg *uploads.Config) { connect(cfg, server.URL) }
}

func isComplete(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code></Error>")
}

// TestStoreStumbles has the store fail every request twice before it works.
func TestStoreStumbles(t *testing.T) {
	var mu sync.Mutex
	failures := map[string]int{}
	c := newControl(t, between(t, func(w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		request := r.Method + r.URL.Path + r.URL.RawQuery
		if failures[request]++; failures[request]%3 != 0 {
			refuse(w, http.StatusServiceUnavailable, "SlowDown")
			return true
		}
		return false
	}))
	alice, body := person(t), content(12*mib)
	started := begun(t, c, alice, body)
	if list, err := c.Unfinished(t.Context(), alice, "film", nil); err != nil || len(list) != 1 {
		t.Errorf("unfinished %+v, %v", list, err)
	}
	complete(t, c, alice, started.ID)
	if err := c.Abort(t.Context(), alice, "film", started.ID); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(stored(t, alice, "film"), body) {
		t.Error("other bytes are stored than were sent")
	}
}

// TestAnswerLost loses the answer to a completion that the store has done.
func TestAnswerLost(t *testing.T) {
	var lost atomic.Int32
	target, err := url.Parse(gateway.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	for name, noOverwrite := range map[string]bool{"overwriting": false, "not overwriting": true} {
		t.Run(name, func(t *testing.T) {
			lost.Store(0)
			c := newControl(t, between(t, func(w http.ResponseWriter, r *http.Request) bool {
				if !isComplete(r) || lost.Add(1) > 1 {
					return false
				}
				out := r.Clone(r.Context())
				out.URL.Scheme, out.URL.Host, out.RequestURI = target.Scheme, target.Host, ""
				res, err := http.DefaultTransport.RoundTrip(out)
				if err == nil {
					_ = res.Body.Close()
				}
				if err != nil || res.StatusCode != http.StatusOK {
					t.Errorf("the store did not complete: %v %v", res, err)
				}
				panic(http.ErrAbortHandler) // hangs up
			}))
			alice, body := person(t), content(1000)
			in := intent("film", len(body))
			in.NoOverwrite = noOverwrite
			started := start(t, c, alice, in)
			sendAll(t, started, body)
			if done := complete(t, c, alice, started.ID); done.VersionID == "" || done.Size != 1000 {
				t.Errorf("completed %+v", done)
			}
			if lost.Load() < 2 {
				t.Error("nobody asked the store again")
			}
		})
	}
}

// TestSlowCompletion is a completion that takes longer than the gateway in
// front of us waits.
func TestSlowCompletion(t *testing.T) {
	release, asked := make(chan struct{}), make(chan struct{}, 10)
	slow := between(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if isComplete(r) {
			asked <- struct{}{}
			<-release
		}
		return false
	})
	c := newControl(t, func(cfg *uploads.Config) {
		slow(cfg)
		cfg.Wait = 200 * time.Millisecond
	})
	alice, body := person(t), content(1000)
	started := begun(t, c, alice, body)
	for range 2 {
		if _, err := c.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{}); files.CodeOf(err) != files.CodeUnavailable {
			t.Fatalf("%v, want %s", err, files.CodeUnavailable)
		}
	}
	<-asked
	close(release)
	var done uploads.Completed
	var err error
	for range 100 {
		if done, err = c.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{}); err == nil {
			break
		}
	}
	if err != nil || done.VersionID == "" {
		t.Fatalf("%+v, %v", done, err)
	}
	if len(asked) > 0 {
		t.Errorf("the store was asked to complete %d times more", len(asked))
	}
	if !bytes.Equal(stored(t, alice, "film"), body) {
		t.Error("other bytes are stored than were sent")
	}
}

// TestCallerHangsUp completes although nobody waits for the answer.
func TestCallerHangsUp(t *testing.T) {
	ctx, hangUp := context.WithCancel(t.Context())
	c := newControl(t, between(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if isComplete(r) {
			hangUp()
		}
		return false
	}))
	alice, body := person(t), content(1000)
	started := begun(t, c, alice, body)
	_, _ = c.Complete(ctx, alice, "film", started.ID, uploads.Finish{})
	complete(t, c, alice, started.ID)
	if !bytes.Equal(stored(t, alice, "film"), body) {
		t.Error("other bytes are stored than were sent")
	}
}

func TestStoreIsDown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c := newControl(t, func(cfg *uploads.Config) {
		connect(cfg, "http://"+l.Addr().String())
		cfg.Wait = 300 * time.Millisecond
	})
	began := time.Now()
	if _, err := c.Start(t.Context(), person(t), intent("film", 1)); files.CodeOf(err) != files.CodeUnavailable {
		t.Errorf("%v, want %s", err, files.CodeUnavailable)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
}

// TestStoreWithoutChecksums is about a store that knows no checksum of objects
// in parts.
func TestStoreWithoutChecksums(t *testing.T) {
	var refused atomic.Int32
	c := newControl(t, between(t, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("x-amz-checksum-algorithm") != "" {
			refused.Add(1)
			refuse(w, http.StatusNotImplemented, "NotImplemented")
			return true
		}
		return false
	}))
	alice, body := person(t), content(1000)
	started := begun(t, c, alice, body)
	begun(t, c, alice, body)
	if started.FullChecksum || refused.Load() != 1 {
		t.Errorf("a checksum is promised: %v; the store was asked %d times", started.FullChecksum, refused.Load())
	}
	if _, err := c.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{ChecksumCRC64NVME: crc64NVME(body)}); files.CodeOf(err) != files.CodeInvalidChecksum {
		t.Errorf("a checksum that nobody compares: %v", err)
	}
	complete(t, c, alice, started.ID)
}

// replacing sends other bytes for the first part between its listing and the
// completion.
type replacing struct {
	uploads.Store
	replace func()
}

func (s replacing) CompleteUpload(ctx context.Context, c files.Completion) (files.Completed, error) {
	s.replace()
	return s.Store.CompleteUpload(ctx, c)
}

func TestPartReplacedMeanwhile(t *testing.T) {
	alice, body := person(t), content(1000)
	var started uploads.Started
	c := newControl(t, func(cfg *uploads.Config) {
		cfg.Store = replacing{cfg.Store, func() { send(t, started.Parts[0].Presigned, make([]byte, len(body))) }}
	})
	started = begun(t, c, alice, body)
	_, err := c.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{})
	if files.CodeOf(err) != files.CodeInvalidParts || !strings.Contains(err.Error(), "part 1 was replaced") {
		t.Errorf("%v", err)
	}
	if stored(t, alice, "film") != nil {
		t.Error("there is a file")
	}
}

// TestManyParts lists more parts than fit a page of S3.
func TestManyParts(t *testing.T) {
	const parts = 1001
	c, alice, client := newControl(t, nil), person(t), gateway.Client()
	started := start(t, c, alice, uploads.Intent{Intent: files.Intent{Key: "film"}})
	var unfinished files.Unfinished
	err := bucket.NewMultipart(client, bucketName).UnfinishedUploads(t.Context(), objectKey(t, alice, "film"), func(u files.Unfinished) error {
		unfinished = u
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for n := worker + 1; n <= parts; n += 8 {
				_, err := client.UploadPart(t.Context(), &s3.UploadPartInput{
					Bucket: aws.String(bucketName), Key: &unfinished.ObjectKey, UploadId: &unfinished.UploadID,
					PartNumber: aws.Int32(int32(n)), Body: strings.NewReader("x"),
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	progress, err := c.Progress(t.Context(), alice, "film", started.ID)
	if err != nil || len(progress.Parts) != parts {
		t.Fatalf("%d parts, %v", len(progress.Parts), err)
	}
	for i, p := range progress.Parts {
		if p.Number != i+1 || p.Size != 1 {
			t.Fatalf("part %d is %+v", i+1, p)
		}
	}
	if err := c.Abort(t.Context(), alice, "film", started.ID); err != nil {
		t.Error(err)
	}
}
