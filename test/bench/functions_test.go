package bench

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/stacks/build"
)

// function is a function's binary as it is deployed, and what it is to show.
type function struct {
	environment map[string]string
	payload     string
	want        string // in the answer
}

var api = map[string]string{
	"BYTEPASS_BUCKET": "files", "BYTEPASS_OWNER_CLAIM": "sub", "BYTEPASS_TABLE": "catalog", "BYTEPASS_MAX_SIZE": "1000000",
	"BYTEPASS_UPLOAD_SIGNER_ROLE":   "arn:aws:iam::123456789012:role/upload-signer",
	"BYTEPASS_DOWNLOAD_SIGNER_ROLE": "arn:aws:iam::123456789012:role/download-signer",
	"BYTEPASS_TOMBSTONE_DAYS":       "200",
}

func httpEvent(method, path, body string) string {
	claims := `"authorizer":{"jwt":{"claims":{"sub":"alice"}}},`
	return fmt.Sprintf(`{"version":"2.0","rawPath":%q,"rawQueryString":"","headers":{"host":"api"},"body":%q,`+
		`"requestContext":{%s"requestId":"r1","stage":"$default","http":{"method":%q,"sourceIp":"203.0.113.7"}}}`, path, body, claims, method)
}

var functions = map[string]function{
	"upload":  {api, httpEvent("POST", "/api/presign", `{"key":"a b.txt","mimeType":"text/plain","size":5}`), `X-Amz-Security-Token=the-session`},
	"files":   {api, httpEvent("GET", "/healthz", ""), `"statusCode":200`},
	"restore": {api, httpEvent("POST", "/api/restore", `{"key":""}`), `invalid-key`},
	"ingest":  {api, `{"Records":[{"messageId":"m1","body":"garbage"}]}`, `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`},
}

// buildAll builds the functions for this machine and returns their folder.
func buildAll(t *testing.T) string {
	t.Helper()
	architecture := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range functions {
		names = append(names, name)
	}
	folder, err := build.Functions(t.Context(), root, architecture, names...)
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// zipped returns the size of the function's asset.
func zipped(t *testing.T, binary string) int {
	t.Helper()
	raw, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

// TestNothingSet: a function without its environment says what it misses and
// ends, before Lambda can hand it an event.
func TestNothingSet(t *testing.T) {
	folder := buildAll(t)
	for name := range functions {
		cmd := exec.CommandContext(t.Context(), filepath.Join(folder, name, "bootstrap"))
		cmd.Env = []string{"AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=s"}
		said, err := cmd.CombinedOutput()
		if err == nil || !strings.HasPrefix(string(said), name+": settings: ") || !strings.Contains(string(said), "BYTEPASS_BUCKET is not set") {
			t.Errorf("%s ends with %v and says %s", name, err, said)
		}
	}
}
