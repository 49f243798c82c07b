package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestProvisionIsUsedWrongly checks that a command line or an environment that
// cannot be carried out is told in one line, before anything is asked of a store.
func TestProvisionIsUsedWrongly(t *testing.T) {
	const nowhere = "http://127.0.0.1:1"
	console := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	}))
	defer console.Close()
	store := []string{"--endpoint", nowhere, "--bucket", "files"}
	for name, tc := range map[string]struct {
		command string
		args    []string
		keys    bool
		code    int
		says    string
	}{
		"no endpoint":         {"provision", []string{"--bucket", "files", "--yes"}, true, exitUsage, "--endpoint"},
		"no bucket":           {"provision", []string{"--endpoint", nowhere, "--yes"}, true, exitUsage, "--bucket"},
		"no keys":             {"provision", append(store, "--yes"), false, exitUsage, "BYTEPASS_S3_SECRET_KEY"},
		"nobody to ask":       {"provision", store, true, exitUsage, "--yes"},
		"dry and yes":         {"provision", append(store, "--yes", "--dry-run"), true, exitUsage, "--dry-run"},
		"probe and not":       {"provision", append(store, "--dry-run", "--probe", "--no-probe"), true, exitUsage, "--no-probe"},
		"required nonsense":   {"provision", append(store, "--yes", "--require", "speed"), true, exitUsage, `"speed" is no setting`},
		"replaced nonsense":   {"provision", append(store, "--yes", "--replace", "all"), true, exitUsage, "--replace"},
		"without nonsense":    {"drift", append(store, "--without", "x/y"), true, exitUsage, "--without"},
		"two encryptions":     {"provision", append(store, "--yes", "--sse-s3", "--kms-key", "k"), true, exitUsage, "--kms-key"},
		"origin nonsense":     {"provision", append(store, "--yes", "--origin", "https://app.example/"), true, exitUsage, `--origin: "https://app.example/" is not`},
		"every origin":        {"drift", append(store, "--origin", "https://*"), true, exitUsage, "--origin"},
		"a webhook of none":   {"provision", append(store, "--yes", "--webhook-url", "files.example/events"), true, exitUsage, "--webhook-url"},
		"one user for both":   {"provision", append(store, "--yes", "--signer-user", "bytepass-server"), true, exitUsage, "--signer-user"},
		"a user of no name":   {"provision", append(store, "--yes", "--server-user", ""), true, exitUsage, "--server-user"},
		"a store of no kind":  {"provision", append(store, "--yes", "--store", "s3"), true, exitUsage, "--store"},
		"an endpoint of none": {"provision", []string{"--endpoint", "s3.example", "--bucket", "files", "--yes"}, true, exitUsage, "--endpoint"},
		"no URL, and a kind":  {"drift", []string{"--store", "ceph", "--endpoint", "s3.example:9000", "--bucket", "files"}, true, exitUsage, "--endpoint"},
		"a console":           {"drift", []string{"--endpoint", console.URL, "--bucket", "files"}, true, exitUsage, "not its console's"},
		"nobody answers":      {"provision", append(store, "--yes"), true, exitFailed, "no store answers"},
		"set nonsense":        {"provision", append(store, "--yes", "--set", "Nothing=1"), true, exitUsage, "--set: the template has no Nothing"},
		"no assembly":         {"drift", append(store, "--assembly", t.TempDir()), true, exitUsage, "cdk synth"},
		"a secret in sight":   {"provision", append(store, "--yes", "--s3-secret-key", "x"), true, exitUsage, "BYTEPASS_S3_SECRET_KEY"},
		"an unknown flag":     {"drift", append(store, "--fast"), true, exitUsage, "unknown flag"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("AWS_ACCESS_KEY_ID", "")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "")
			if tc.keys {
				t.Setenv("AWS_ACCESS_KEY_ID", "key")
				t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
			}
			code, stdout, stderr := command(t, append([]string{tc.command}, tc.args...)...)
			if code != tc.code || !strings.Contains(stderr, tc.says) || strings.Count(strings.TrimSpace(stderr), "\n") > 0 {
				t.Errorf("exit code %d, want %d and %q in a line:\n%s%s", code, tc.code, tc.says, stdout, stderr)
			}
		})
	}
}

// What killed runs have left goes also where this one fails, too: a run that
// always fails would leave more and more.
func TestLeftoversOfRunsThatFail(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	const leftover = "bytepass-probe-1000000000-00c0ffee"
	removed := make(chan string, 10)
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch bucket := strings.Trim(r.URL.Path, "/"); {
		case r.Method == http.MethodGet && bucket == "":
			io.WriteString(w, "<ListAllMyBucketsResult><Buckets><Bucket><Name>"+leftover+"</Name></Bucket></Buckets></ListAllMyBucketsResult>")
		case r.Method == http.MethodGet && bucket == leftover:
			io.WriteString(w, "<ListVersionsResult></ListVersionsResult>")
		case r.Method == http.MethodDelete:
			removed <- bucket
			w.WriteHeader(http.StatusNoContent)
		case bucket == "files":
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, "<Error><Code>NoSuchBucket</Code></Error>")
		default:
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, "<Error><Code>AccessDenied</Code></Error>")
		}
	}))
	defer store.Close()
	code, _, stderr := command(t, "provision", "--endpoint", store.URL, "--bucket", "files", "--yes")
	if code != exitFailed || !strings.Contains(stderr, "--no-probe") || strings.Contains(stderr, "left over") || len(removed) == 0 || <-removed != leftover {
		t.Errorf("exit code %d, %d removed, %s", code, len(removed), stderr)
	}
}
