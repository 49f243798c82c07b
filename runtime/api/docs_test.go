package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/openapi.json")

// The contract in docs is the one that the code serves, and every function
// serves the same one, whatever it was given.
func TestContractIsCurrent(t *testing.T) {
	served := newRig(t, nil).do("", http.MethodGet, "/openapi.json", "")
	bare := newRig(t, func(c *Config) {
		c.Uploads, c.Downloads, c.Catalog, c.Deleter, c.Restorer, c.Limits.MaxSize = nil, nil, nil, nil, nil, 1
	}).do("", http.MethodGet, "/openapi.json", "")
	if !bytes.Equal(served.body, bare.body) {
		t.Error("the contract depends on the configuration")
	}
	if served.StatusCode != http.StatusOK || served.Header.Get("Content-Type") != "application/openapi+json" {
		t.Fatalf("got %d %s", served.StatusCode, served.Header.Get("Content-Type"))
	}
	file := filepath.Join(here, "..", "..", "docs", "openapi.json")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, served.body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(kept, served.body) {
		t.Errorf("docs/openapi.json is not what is served (%v); go test ./runtime/api -run Contract -update writes it", err)
	}
}

func TestContractIsWhole(t *testing.T) {
	var contract struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Summary     string
			Security    *[]map[string][]string
			Responses   map[string]json.RawMessage
		}
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Enum []string }
			}
			Responses map[string]struct {
				Content map[string]struct{ Example Problem }
			}
		}
	}
	body := newRig(t, nil).do("", http.MethodGet, "/openapi.json", "").body
	if err := json.Unmarshal(body, &contract); err != nil {
		t.Fatal(err)
	}
	if contract.OpenAPI != "3.1.0" {
		t.Errorf("it is OpenAPI %s", contract.OpenAPI)
	}
	ids := map[string]bool{}
	for path, methods := range contract.Paths {
		for method, op := range methods {
			if op.Summary == "" || ids[op.OperationID] || op.Security == nil {
				t.Errorf("%s %s: summary %q, id %q, security %v", method, path, op.Summary, op.OperationID, op.Security)
			}
			ids[op.OperationID] = true
			public := path == "/healthz" || path == "/readyz"
			if public != (op.Security != nil && len(*op.Security) == 0) {
				t.Errorf("%s %s: security %v", method, path, op.Security)
			}
			for status, raw := range op.Responses {
				var ref struct {
					Ref string `json:"$ref"`
				}
				if err := json.Unmarshal(raw, &ref); err != nil {
					t.Fatal(err)
				}
				name := ref.Ref[strings.LastIndexByte(ref.Ref, '/')+1:]
				if _, ok := contract.Components.Responses[name]; status != "200" && !ok {
					t.Errorf("%s %s: the answer %s is %q, which is not there", method, path, status, ref.Ref)
				}
			}
		}
	}
	if got := len(contract.Components.Schemas["Problem"].Properties["code"].Enum); got != len(kinds) {
		t.Errorf("the contract has %d codes, the code %d", got, len(kinds))
	}
	for name, r := range contract.Components.Responses {
		if p := r.Content[problemType].Example; p.Status == 0 || p.Detail == "" {
			t.Errorf("%s has no example", name)
		}
	}
	for _, name := range []string{"ErrorModel", "ErrorDetail"} {
		if _, ok := contract.Components.Schemas[name]; ok {
			t.Errorf("the contract describes %s, which is never sent", name)
		}
	}
	for name, schema := range contract.Components.Schemas {
		if len(schema.Properties) == 0 {
			t.Errorf("the schema %s is empty", name)
		}
	}
}

func TestDocsNeedNothingFromElsewhere(t *testing.T) {
	got := newRig(t, nil).do("", http.MethodGet, "/docs", "")
	page := string(got.body)
	if got.StatusCode != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("got %d %s", got.StatusCode, got.Header.Get("Content-Type"))
	}
	if found := regexp.MustCompile(`(?i)<script|<link|<img|<iframe|url\(|@import|\s(src|on\w+|style)=`).FindAllString(page, -1); found != nil {
		t.Errorf("the page has %q", found)
	}
	_, rest, _ := strings.Cut(page, "<style>")
	style, _, ok := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	if csp := got.Header.Get("Content-Security-Policy"); !ok || !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Errorf("the policy %q does not fit the page's style", csp)
	}
	for code := range kinds {
		if !strings.Contains(page, `id="`+string(code)+`"`) {
			t.Errorf("the page does not explain the code %s, which problems point to", code)
		}
	}
	if strings.Contains(page, "`") {
		t.Error("the page shows marks of code as they are written")
	}
	for _, text := range []string{"POST /api/files/{key}/presign", "<code>upload-gone</code> says", "GET /api/folders", `id="schema-PresignedUpload"`, `id="schema-Problem"`} {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %s", text)
		}
	}
}
