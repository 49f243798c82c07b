package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/storetest"
)

// Whose versions are suspended while the server runs, it is not ready and says
// so once, until they are kept again. One that starts refuses such a bucket and
// names the command that helps.
func TestVersionsThatAreSuspended(t *testing.T) {
	store := storetest.Start(t)
	set := func(status types.BucketVersioningStatus) {
		t.Helper()
		if _, err := store.Client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
			Bucket: &store.Bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: status},
		}); err != nil {
			t.Fatal(err)
		}
	}
	cfg := onStore(t.TempDir(), store)
	cfg.versionsEvery = 10 * time.Millisecond
	var log logBuffer
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	s := runServer(t, cfg)
	s.until("/readyz", http.StatusOK)
	set(types.BucketVersioningStatusSuspended)
	s.until("/readyz", http.StatusServiceUnavailable)
	if _, body := s.get("/readyz"); !strings.Contains(body, "versioning") {
		t.Errorf("it says %s", body)
	}
	wantSetting(t, newForeign(cfg).lookAtVersioning(t.Context()), "--s3-bucket", "--replace versioning")
	set(types.BucketVersioningStatusEnabled)
	s.until("/readyz", http.StatusOK)
	log.await(t, "keeps versions again")
	if told := strings.Count(log.String(), "any more: "); told != 1 {
		t.Errorf("it is told %d times:\n%s", told, log.String())
	}
}

// A store that does not answer, or not about that, leaves what is known.
func TestVersionsOfAStoreThatIsAway(t *testing.T) {
	v := versionLook{log: slog.New(slog.DiscardHandler)}
	for _, gone := range []bool{false, true} {
		v.gone.Store(gone)
		v.ask = func(context.Context) error { return errors.New("away") }
		if v.look(t.Context()); (v.kept(t.Context()) != nil) != gone {
			t.Errorf("gone was %v, and is not any more", gone)
		}
	}
}
