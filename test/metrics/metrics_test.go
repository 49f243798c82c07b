// Package metrics scrapes the real "bytepass serve" as Prometheus does, after
// traffic that is known.
package metrics

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/test/serve"
)

const key = "telltale/photo.txt"

// series is one that the traffic makes, and its value.
type series struct {
	name, labels string
	want         float64
	more         bool // or more
}

// wrong says what is not as it has to be; empty if all is.
func (s series) wrong(families map[string]*dto.MetricFamily) string {
	got, ok := value(families[s.name], s.labels)
	if !ok || got != s.want && (!s.more || got < s.want) {
		return fmt.Sprintf("%s{%s} is %v (%t), want %v\n", s.name, s.labels, got, ok, s.want)
	}
	return ""
}

func TestScrape(t *testing.T) {
	began := time.Now()
	address := serve.Address(t)
	s := serve.Run(t, "--metrics-listen", address)
	traffic(t, s)

	all := []series{
		{"bytepass_http_requests_total", `route="/api/presign",method="POST",status="2xx"`, 2, false},
		{"bytepass_http_requests_total", `route="/api/files",method="DELETE",status="2xx"`, 1, false},
		{"bytepass_http_requests_total", `route="/api/file",method="GET",status="2xx"`, 1, true},
		{"bytepass_http_requests_total", `route="/api/file",method="GET",status="4xx"`, 1, true},
		{"bytepass_http_requests_total", `route="/api/versions",method="GET",status="4xx"`, 1, false},
		{"bytepass_http_requests_total", `route="other",method="GET",status="4xx"`, 1, false},
		{"bytepass_http_request_duration_seconds", `route="/api/presign"`, 2, false},
		{"bytepass_token_checks_total", `outcome="unauthenticated"`, 1, false},
		{"bytepass_token_checks_total", `outcome="ok"`, 4, true},
		{"bytepass_signed_urls_total", `kind="put"`, 2, false},
		{"bytepass_signed_urls_total", `kind="get"`, 1, true},
		{"bytepass_signed_urls_total", `kind="part"`, 0, false},
		{"bytepass_events_received_total", "", 3, false},
		{"bytepass_events_projected_total", "", 2, true},
		{"bytepass_events_failed_total", "", 0, false},
		{"bytepass_event_lag_seconds", "", 2, true},
		{"bytepass_reconcile_runs_total", `outcome="ok"`, 1, false},
		{"bytepass_reconcile_last_success_timestamp_seconds", "", float64(began.Unix()), true},
		{"bytepass_store_calls_total", `operation="HeadObject",outcome="ok"`, 1, true},
		{"bytepass_store_call_duration_seconds", `operation="HeadObject"`, 1, true},
		{"bytepass_catalog_connections_max", "", 1, true},
		{"bytepass_leader", "", 1, false},
		{"bytepass_stale_uploads_aborted_total", "", 0, false},
		{"bytepass_build_info", `version="` + version(t, s.Binary) + `"`, 1, false},
	}
	var families map[string]*dto.MetricFamily
	var text string
	// What has been answered is counted a moment later.
	await(t, func() (wrong string) {
		families, text = scrape(t, "http://"+address+"/metrics")
		for _, one := range all {
			wrong += one.wrong(families)
		}
		return wrong
	})
	for _, secret := range []string{"telltale", "photo", "dev", "X-Amz", "Signature"} {
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "bytepass_") && !strings.HasPrefix(line, "bytepass_build_info") && strings.Contains(line, secret) {
				t.Errorf("a series says %q: %s", secret, line)
			}
		}
	}
	documented(t, families)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	if status := send(t, r); status != http.StatusNotFound {
		t.Errorf("/metrics at the API's own address: %d", status)
	}
}

// traffic is two uploads, of which one is looked at and deleted, and three
// requests that are refused. When it returns, the catalog knows of all of it.
func traffic(t *testing.T, s *serve.Server) {
	t.Helper()
	c, err := client.New(client.Config{BaseURL: s.URL, Token: client.StaticToken(""), HTTP: http.DefaultClient})
	if err != nil {
		t.Fatal(err)
	}
	size := int64(5)
	for _, key := range []string{key, "telltale/other.txt"} {
		signed, err := c.Presign(t.Context(), client.Upload{Key: key, MimeType: "text/plain", Size: &size})
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, signed.URL, strings.NewReader("bytes"))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range signed.Headers {
			r.Header.Set(name, value)
		}
		if status := send(t, r); status != http.StatusOK {
			t.Fatalf("PUT: %d", status)
		}
	}
	await(t, func() string {
		if _, err := c.File(t.Context(), key, ""); err != nil {
			return "the catalog does not have the file: " + err.Error()
		}
		return ""
	})
	if err := c.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	await(t, func() string {
		if _, err := c.File(t.Context(), key, ""); client.CodeOf(err) != client.CodeNotFound {
			return fmt.Sprintf("the catalog still has the file: %v", err)
		}
		return ""
	})
	for target, status := range map[string]int{"/api/versions?key=" + key: http.StatusUnauthorized, "/telltale": http.StatusNotFound} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer telltale")
		if got := send(t, r); got != status {
			t.Fatalf("%s: %d, want %d", target, got, status)
		}
	}
}

func send(t *testing.T, r *http.Request) (status int) {
	t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// await waits until nothing is wrong any more, patiently: the machine may be
// busy with other things.
func await(t *testing.T, wrong func() string) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		left := wrong()
		if left == "" {
			return
		}
		if time.Now().After(end) {
			t.Fatal(left)
		}
	}
}
