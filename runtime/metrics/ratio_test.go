package metrics_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/api"
	"github.com/bytepass/bytepass/runtime/auth"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/metrics"
	"github.com/bytepass/bytepass/runtime/sign"
)

type alice struct{}

func (alice) Authenticate(*http.Request) (auth.Principal, error) {
	return auth.Principal{Owner: "alice"}, nil
}

// mostCost is how much longer the presign endpoint may take with metrics: 15 %
// in process, where nothing is spent on the network.
const mostCost = 1.15

// TestCost compares the presign endpoint with and without metrics, side by
// side. The best of many short rounds counts: the machine has other work.
func TestCost(t *testing.T) {
	without, with := presignHandler(t, nil), presignHandler(t, metrics.New("", time.Now))
	best := [2]time.Duration{time.Hour, time.Hour}
	ratio := 0.0
	for range 100 {
		for range 10 {
			for i, h := range []http.Handler{without, with} {
				best[i] = min(best[i], round(t, h))
			}
		}
		if ratio = float64(best[1]) / float64(best[0]); ratio < mostCost {
			break
		}
	}
	t.Logf("measured: a presign takes %v without metrics and %v with them, %.2f times as long", best[0]/presigns, best[1]/presigns, ratio)
	if ratio >= mostCost {
		t.Errorf("metrics make a presign %.2f times as long, want less than %v", ratio, mostCost)
	}
}

// presigns are the requests of a round.
const presigns = 200

func round(t *testing.T, h http.Handler) time.Duration {
	const body = `{"key":"photos/2026/a.jpg","mimeType":"image/jpeg","size":1024}`
	begin := time.Now()
	for range presigns {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/api/presign", strings.NewReader(body)))
		if w.Code != http.StatusOK {
			t.Fatal(w.Code, w.Body)
		}
	}
	return time.Since(begin)
}

// presignHandler is the API on a real signer, with metrics unless m is nil.
func presignHandler(t *testing.T, m *metrics.Metrics) http.Handler {
	t.Helper()
	signer, err := sign.New(sign.Config{
		Region: "eu-central-1", Bucket: "bucket", Now: time.Now,
		Credentials: sign.Static(sign.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "secret"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := api.Config{
		Auth: alice{}, Uploads: signer,
		Limits: files.Limits{MaxSize: 5 << 30, UploadURL: time.Minute, Put: time.Minute, Part: time.Minute, Get: time.Minute, MaxMetadata: 1900},
		Log:    slog.New(slog.DiscardHandler), Now: time.Now,
	}
	if m != nil {
		cfg.Auth, cfg.Uploads, cfg.Served = m.Auth(cfg.Auth), m.Signer(signer), m.Served
	}
	h, err := api.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return h
}
