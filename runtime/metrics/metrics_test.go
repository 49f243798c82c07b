package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/bytepass/bytepass/runtime/auth"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/metrics"
)

// scrape reads the page as Prometheus does.
func scrape(t *testing.T, m *metrics.Metrics) map[string]*dto.MetricFamily {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler(slog.New(slog.DiscardHandler)).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// value returns the value of the series with these labels, which are names and
// values in turn: of a histogram how many were observed; -1 if there is none.
func value(families map[string]*dto.MetricFamily, name string, labels ...string) float64 {
	for _, metric := range families[name].GetMetric() {
		have := map[string]string{}
		for _, l := range metric.GetLabel() {
			have[l.GetName()] = l.GetValue()
		}
		same := true
		for i := 0; i < len(labels); i += 2 {
			same = same && have[labels[i]] == labels[i+1]
		}
		switch {
		case !same:
		case metric.Histogram != nil:
			return float64(metric.Histogram.GetSampleCount())
		default:
			return metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
		}
	}
	return -1
}

type people struct{ err error }

func (p people) Authenticate(*http.Request) (auth.Principal, error) {
	return auth.Principal{Owner: "alice"}, p.err
}

type signer struct{ err error }

func (s signer) PresignPut(context.Context, files.Upload, time.Duration) (files.Presigned, error) {
	return files.Presigned{URL: "put"}, s.err
}

func (s signer) PresignForm(context.Context, files.Upload, time.Duration) (files.PresignedForm, error) {
	return files.PresignedForm{URL: "form"}, s.err
}

func (s signer) PresignPart(context.Context, files.PartUpload, time.Duration) (files.Presigned, error) {
	return files.Presigned{URL: "part"}, s.err
}

func (s signer) PresignGet(context.Context, files.Download, time.Duration) (files.Presigned, error) {
	return files.Presigned{URL: "get"}, s.err
}

func (signer) ObjectURL(string) string { return "object" }

func TestEveryMetric(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	m := metrics.New("v1.2.3", func() time.Time { return now })
	m.Served("GET", "GET /api/files", 200, 3*time.Millisecond)
	m.Served("GET", "GET /api/files", 206, 7*time.Millisecond)
	m.Served("BREW", "", 404, 0)
	m.Served("GET", "GET /api/file", 0, 0)
	for _, err := range []error{nil, files.Problemf(files.CodeUnauthenticated, "", "no"), errors.New("issuer")} {
		if p, got := m.Auth(people{err}).Authenticate(nil); p.Owner != "alice" || !errors.Is(got, err) {
			t.Errorf("%v became %v, %v", err, p, got)
		}
	}
	for _, err := range []error{nil, errors.New("no credentials")} {
		s := m.Signer(signer{err})
		put, putErr := s.PresignPut(t.Context(), files.Upload{}, 0)
		form, formErr := s.PresignForm(t.Context(), files.Upload{}, 0)
		part, partErr := s.PresignPart(t.Context(), files.PartUpload{}, 0)
		get, getErr := s.PresignGet(t.Context(), files.Download{}, 0)
		if put.URL+form.URL+part.URL+get.URL+s.ObjectURL("") != "putformpartgetobject" {
			t.Errorf("%v %v %v %v", put, form, part, get)
		}
		for _, got := range []error{putErr, formErr, partErr, getErr} {
			if !errors.Is(got, err) {
				t.Errorf("%v became %v", err, got)
			}
		}
	}
	m.EventReceived()
	m.EventReceived()
	m.EventProjected(2 * time.Second)
	m.EventFailed()
	m.CatalogPool(func() metrics.Pool {
		return metrics.Pool{Most: 10, Open: 4, Busy: 3, Waits: 2, Waited: 1500 * time.Millisecond}
	})
	m.Reconciled(time.Second, 5, nil)
	m.Reconciled(time.Minute, 2, errors.New("no"))
	m.Reconciled(time.Hour, 1, fmt.Errorf("told to stop: %w", context.Canceled))
	m.UploadsAborted(4)
	m.Leader(func() bool { return true })
	m.Certificate(func() time.Time { return now.Add(time.Hour) })

	families := scrape(t, m)
	for _, c := range []struct {
		want   float64
		name   string
		labels []string
	}{
		{1, "bytepass_build_info", []string{"version", "v1.2.3"}},
		{2, "bytepass_http_requests_total", []string{"route", "/api/files", "method", "GET", "status", "2xx"}},
		{1, "bytepass_http_requests_total", []string{"route", "other", "method", "other", "status", "4xx"}},
		{1, "bytepass_http_requests_total", []string{"route", "/api/file", "method", "GET", "status", "none"}},
		{2, "bytepass_http_request_duration_seconds", []string{"route", "/api/files"}},
		{1, "bytepass_token_checks_total", []string{"outcome", "ok"}},
		{1, "bytepass_token_checks_total", []string{"outcome", "unauthenticated"}},
		{1, "bytepass_token_checks_total", []string{"outcome", "error"}},
		{1, "bytepass_signed_urls_total", []string{"kind", "put"}},
		{1, "bytepass_signed_urls_total", []string{"kind", "form"}},
		{1, "bytepass_signed_urls_total", []string{"kind", "part"}},
		{1, "bytepass_signed_urls_total", []string{"kind", "get"}},
		{2, "bytepass_events_received_total", nil},
		{1, "bytepass_events_projected_total", nil},
		{1, "bytepass_events_failed_total", nil},
		{1, "bytepass_event_lag_seconds", nil},
		{3, "bytepass_catalog_connections", []string{"state", "busy"}},
		{1, "bytepass_catalog_connections", []string{"state", "idle"}},
		{10, "bytepass_catalog_connections_max", nil},
		{2, "bytepass_catalog_connection_waits_total", nil},
		{1.5, "bytepass_catalog_connection_wait_seconds_total", nil},
		{1, "bytepass_reconcile_runs_total", []string{"outcome", "ok"}},
		{1, "bytepass_reconcile_runs_total", []string{"outcome", "failed"}},
		{2, "bytepass_reconcile_duration_seconds", nil},
		{8, "bytepass_reconcile_mended_total", nil},
		{1_800_000_000, "bytepass_reconcile_last_success_timestamp_seconds", nil},
		{4, "bytepass_stale_uploads_aborted_total", nil},
		{1, "bytepass_leader", nil},
		{1_800_003_600, "bytepass_tls_certificate_not_after_timestamp_seconds", nil},
	} {
		if got := value(families, c.name, c.labels...); got != c.want {
			t.Errorf("%s %v is %v, want %v", c.name, c.labels, got, c.want)
		}
	}
	for _, name := range []string{"go_goroutines", "process_resident_memory_bytes"} {
		if families[name] == nil {
			t.Errorf("no %s", name)
		}
	}
}

func TestStoreCalls(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	m := metrics.New("", time.Now)
	client := s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, UsePathStyle: true, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	}, m.S3)
	head := func(ctx context.Context) {
		_, _ = client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String("b"), Key: aws.String("k")}) // counted either way
	}
	for _, status = range []int{200, 404, 403, 412, 500} {
		head(t.Context())
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	head(canceled)
	server.Close()
	head(t.Context())
	families := scrape(t, m)
	for _, outcome := range []string{"ok", "missing", "refused", "conflict", "failed", "canceled", "unreachable"} {
		if got := value(families, "bytepass_store_calls_total", "operation", "HeadObject", "outcome", outcome); got != 1 {
			t.Errorf("%s: %v calls, want 1", outcome, got)
		}
	}
	if got := value(families, "bytepass_store_call_duration_seconds", "operation", "HeadObject"); got != 7 {
		t.Errorf("%v calls were timed, want 7", got)
	}
}
