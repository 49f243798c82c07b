package bucket_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/files"
)

// scripted returns a Bucket on a store that answers as the handler says: with
// what other stores say and the one of the other tests does not.
func scripted(t *testing.T, handler http.HandlerFunc) *bucket.Bucket {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return bucket.New(s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, UsePathStyle: true, RetryMaxAttempts: 1, HTTPClient: server.Client(),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "s"}, nil
		}),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
	}), "files")
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>said so</Message></Error>", code)
}

// TestOnly404MeansGone: anything else is no answer to whether the object is there.
func TestOnly404MeansGone(t *testing.T) {
	for status, want := range map[int]files.Code{
		404: "", 403: files.CodeInternal, 400: files.CodeInternal, 301: files.CodeInternal,
		429: files.CodeUnavailable, 500: files.CodeUnavailable, 503: files.CodeUnavailable,
		507: files.CodeStoreFull,
	} {
		b := scripted(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		if _, found, err := b.Head(t.Context(), "a"); found || files.CodeOf(err) != want {
			t.Errorf("%d: got %v, %v, want %q", status, found, err, want)
		}
	}
}

func TestConditionalDelete(t *testing.T) {
	for code, tc := range map[string]struct {
		status  int
		changed bool
		want    files.Code
	}{
		"PreconditionFailed":         {412, true, files.CodeInternal},
		"ConditionalRequestConflict": {409, true, files.CodeInternal},
		"NoSuchKey":                  {404, true, files.CodeInternal},
		"NoSuchBucket":               {404, false, files.CodeInternal},
		"AccessDenied":               {403, false, files.CodeInternal},
		"SlowDown":                   {503, false, files.CodeUnavailable},
	} {
		b := scripted(t, func(w http.ResponseWriter, r *http.Request) {
			if got := r.Header.Get("If-Match"); got != `"etag"` {
				t.Errorf("If-Match is %s", got)
			}
			refuse(w, tc.status, code)
		})
		err := b.DeleteIfMatch(t.Context(), "a", "etag")
		if errors.Is(err, files.ErrChanged) != tc.changed || files.CodeOf(err) != tc.want {
			t.Errorf("%s: got %v", code, err)
		}
	}
}

func TestNoAnswer(t *testing.T) {
	b := scripted(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := b.Delete(ctx, "a"); files.CodeOf(err) != files.CodeUnavailable || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestCopyOfALargeVersion(t *testing.T) {
	b := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodHead {
			t.Errorf("%s was sent", r.Method)
		}
		w.Header().Set("Content-Length", fmt.Sprint(int64(5<<30+1)))
	})
	if _, err := b.CopyVersion(t.Context(), "a", "v1"); files.CodeOf(err) != files.CodeTooLargeToCopy {
		t.Errorf("got %v", err)
	}
}

// TestRemoveMarkerAsksFirst: what the store will not tell is not removed.
func TestRemoveMarkerAsksFirst(t *testing.T) {
	for status, removed := range map[int]bool{405: true, 404: true, 200: false, 403: false, 503: false} {
		deleted := false
		b := scripted(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodDelete {
				deleted = true
				w.WriteHeader(http.StatusNoContent)
				return
			}
			w.WriteHeader(status)
		})
		if err := b.RemoveMarker(t.Context(), "a", "m1"); deleted != removed || (err == nil) != removed {
			t.Errorf("%d: removed %v, %v", status, deleted, err)
		}
	}
}

// TestMarkerGoesMeanwhile: two restores remove the same marker, and both have.
func TestMarkerGoesMeanwhile(t *testing.T) {
	for code, tc := range map[string]struct {
		status int
		fine   bool
	}{
		"InvalidArgument": {400, true}, "NoSuchVersion": {404, true}, "NoSuchKey": {404, true},
		"InvalidRequest": {400, false}, "AccessDenied": {403, false}, "SlowDown": {503, false},
	} {
		b := scripted(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusMethodNotAllowed) // it is a marker still
				return
			}
			refuse(w, tc.status, code)
		})
		if err := b.RemoveMarker(t.Context(), "a", "m1"); (err == nil) != tc.fine {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestComposedChecksumIsNotTheObjects(t *testing.T) {
	for name, header := range map[string][2]string{
		"said by the type":   {"AAAA", "COMPOSITE"},
		"said by the hyphen": {"AAAA-3", ""},
	} {
		b := scripted(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("x-amz-checksum-sha256", header[0])
			if header[1] != "" {
				w.Header().Set("x-amz-checksum-type", header[1])
			}
		})
		if head, _, err := b.Head(t.Context(), "a"); err != nil || head.ChecksumSHA256 != "" {
			t.Errorf("%s: got %q, %v", name, head.ChecksumSHA256, err)
		}
	}
}
