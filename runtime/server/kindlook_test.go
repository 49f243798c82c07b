package server

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/storetest"
)

// A store of files, on a server that was not told so, is warned of; any other
// is not.
func TestStoresThatKeepFiles(t *testing.T) {
	for _, tc := range []struct {
		server string
		told   bool
		warns  bool
	}{
		{"VERSITYGW", false, true}, {"MinIO", false, true}, {"VERSITYGW", true, false}, {"SeaweedFS 4.48", false, false},
	} {
		store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Server", tc.server) }))
		var log logBuffer
		f := newForeign(Config{S3: S3{Endpoint: store.URL, Bucket: "files", FileSystem: tc.told}, Log: slog.New(slog.NewTextHandler(&log, nil))})
		f.lookAtNames(t.Context())
		if warned := strings.Contains(log.String(), "--s3-file-system"); warned != tc.warns {
			t.Errorf("%+v: %q", tc, log.String())
		}
		if err := f.close(); err != nil {
			t.Error(err)
		}
		store.Close()
	}
}

// A catalog on this machine, beside a store of somebody else's, does not appear
// unsaid.
func TestCatalogOfOneServer(t *testing.T) {
	cfg := onStore(t.TempDir(), storetest.Start(t))
	var log logBuffer
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	runServer(t, cfg).end()
	if strings.Count(log.String(), "--database") != 1 {
		t.Errorf("the log says %s", log.String())
	}
}
