package metrics

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/bytepass/bytepass/test/project"
)

// certificate is the one metric that is not there without TLS.
const certificate = "bytepass_tls_certificate_not_after_timestamp_seconds"

// documented checks that docs/metrics.md describes what there is, and that no
// page names what is not.
func documented(t *testing.T, families map[string]*dto.MetricFamily) {
	t.Helper()
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{}
	for _, page := range []string{"metrics.md", "on-prem.md"} {
		text, err := os.ReadFile(filepath.Join(root, "docs", page))
		if err != nil {
			t.Fatal(err)
		}
		pages[page] = string(text)
	}
	for name, family := range families {
		row := fmt.Sprintf("| `%s` | %s |", name, strings.ToLower(family.GetType().String()))
		if ours := strings.HasPrefix(name, "bytepass_"); ours && (!strings.Contains(pages["metrics.md"], row) || !strings.Contains(pages["metrics.md"], "| "+family.GetHelp()+" |")) {
			t.Errorf("docs/metrics.md lacks %s %s", row, family.GetHelp())
		}
	}
	for page, text := range pages {
		for _, name := range regexp.MustCompile(`bytepass_[a-z_]+`).FindAllString(text, -1) {
			name = strings.TrimSuffix(name, "_bucket")
			if families[name] == nil && name != certificate && !strings.HasPrefix(name, "bytepass_verify_") {
				t.Errorf("docs/%s names %s, which is not there", page, name)
			}
		}
	}
}

func scrape(t *testing.T, url string) (map[string]*dto.MetricFamily, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s, %v", res.Status, err)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return families, string(text)
}

// value returns the value of the series with exactly these labels; of a
// histogram, how many were observed.
func value(family *dto.MetricFamily, labels string) (float64, bool) {
	for _, metric := range family.GetMetric() {
		have := map[string]bool{}
		for _, l := range metric.GetLabel() {
			have[fmt.Sprintf("%s=%q", l.GetName(), l.GetValue())] = true
		}
		same := true
		for _, label := range strings.Split(labels, ",") {
			same = same && (label == "" || have[label])
		}
		switch {
		case !same:
		case metric.Histogram != nil:
			return float64(metric.Histogram.GetSampleCount()), true
		default:
			return metric.GetCounter().GetValue() + metric.GetGauge().GetValue(), true
		}
	}
	return 0, false
}

func version(t *testing.T, binary string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), binary, "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))[1]
}
