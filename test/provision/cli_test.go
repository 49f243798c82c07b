package provision

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/test/stores"
)

const webhookSecret = "0123456789abcdef0123456789abcdef"

// operator runs the command against a store.
type operator struct {
	binary string
	store  *stores.Store
	hook   string

	policies string                 // folder for the policies of the users
	users    map[string]stores.User // those that were made by hand, by name
}

// run runs a subcommand on the bucket and returns what it printed.
func (o operator) run(t *testing.T, bucket string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), o.binary, slices.Concat(args[:1], []string{"--endpoint", o.store.Endpoint, "--bucket", bucket}, args[1:])...)
	cmd.Dir = t.TempDir()
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "BYTEPASS_S3_ACCESS_KEY=" + o.store.AccessKey, "BYTEPASS_S3_SECRET_KEY=" + o.store.SecretKey,
		"SSL_CERT_FILE=" + os.Getenv("SSL_CERT_FILE"),
		"BYTEPASS_WEBHOOK_SECRET=" + webhookSecret, "BYTEPASS_LISTEN=127.0.0.1:8080", // a setting of serve's is none of its business
	}
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	for _, secret := range []string{o.store.SecretKey, webhookSecret} {
		if strings.Contains(out.String()+log.String(), secret) {
			t.Errorf("%v prints a secret", args)
		}
	}
	return cmd.ProcessState.ExitCode(), out.String(), log.String()
}

func (o operator) expect(t *testing.T, code int, says, bucket string, args ...string) (stdout string) {
	t.Helper()
	got, stdout, stderr := o.run(t, bucket, args...)
	if got != code || !strings.Contains(stdout+stderr, says) {
		t.Errorf("%v: exit code %d, want %d and %q\n%s%s", args, got, code, says, stdout, stderr)
	}
	return stdout
}

func (o operator) buckets(t *testing.T) []string {
	t.Helper()
	list, err := o.store.Client.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, b := range list.Buckets {
		names = append(names, *b.Name)
	}
	return names
}

// listener is a webhook that remembers what it was told.
func listener(t *testing.T) (url string, told chan string) {
	t.Helper()
	told = make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/events/"+webhookSecret || r.Header.Get("Authorization") == "Bearer "+webhookSecret {
			select {
			case told <- string(body):
			default:
			}
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/events", told
}

// lack is a setting that a store does not have, to be required.
var lack = map[stores.Kind]string{stores.VersityGW: "lifecycle", stores.SeaweedFS: "publicAccess", stores.Ceph: "encryption", stores.MinIO: "cors"}

// takes is what each store takes, as docs/provision.md has it.
var takes = map[stores.Kind]string{
	stores.VersityGW: "versioning ownership tags cors",
	stores.SeaweedFS: "versioning encryption ownership policy lifecycle tags cors",
	stores.Ceph:      "versioning publicAccess policy lifecycle tags cors notification",
	stores.MinIO:     "versioning encryption policy lifecycle tags notification",
}

// commands goes the way of an operator, and of a pipeline after that.
func commands(t *testing.T, o operator, told chan string) {
	lookFirst(t, o)
	apply(t, o)
	if notifies := o.store.Kind == stores.Ceph || o.store.Kind == stores.MinIO; notifies {
		tells(t, o, told)
	}
	compare(t, o)
}

// lookFirst does what writes nothing.
func lookFirst(t *testing.T, o operator) {
	t.Helper()
	o.expect(t, 0, "nothing was written", "files", "provision", "--dry-run")
	o.expect(t, 0, "("+string(o.store.Kind)+")", "files", "provision", "--dry-run", "--webhook-url", o.hook, "--origin", "https://app.example")
	standsIn := "verify --except signer-header"
	if o.store.Kind == stores.MinIO {
		standsIn = "worth nothing in a header"
	}
	o.expect(t, 0, standsIn, "files", "provision", "--dry-run")
	o.expect(t, 2, "--yes", "files", "provision")
	if checksRegion := o.store.Kind == stores.VersityGW || o.store.Kind == stores.Ceph; checksRegion {
		o.expect(t, 2, "--region", "files", "provision", "--yes", "--no-users", "--region", "eu-west-9")
	}
	o.expect(t, 2, "no setting", "files", "provision", "--yes", "--require", "speed")
	o.expect(t, 5, "is not there", "files", "drift")
	if got := o.buckets(t); len(got) != 0 {
		t.Errorf("there are buckets %q", got)
	}
	o.expect(t, 5, lack[o.store.Kind], "files", "provision", "--yes", "--require", lack[o.store.Kind])
	o.expect(t, 5, "does versioning; have it tried with --probe", "files", "provision", "--dry-run", "--require", "versioning")
	o.expect(t, 5, `"unknown":["versioning"]`, "files", "provision", "--dry-run", "--require", "versioning", "--json")
	o.expect(t, 0, "nothing was written", "files", "provision", "--dry-run", "--probe", "--require", "versioning")
	o.expect(t, 0, "nothing was written", "files", "provision", "--dry-run", "--probe", "--sse-s3")
	if got := o.buckets(t); len(got) != 0 {
		t.Errorf("what was required is lacking, or nothing was to be written, and there are buckets %q", got)
	}
}

// apply provisions, twice.
func apply(t *testing.T, o operator) {
	t.Helper()
	policies := filepath.Join(t.TempDir(), "policies")
	flags := []string{"--yes", "--webhook-url", o.hook, "--origin", "https://app.example", "--sse-s3", "--no-users"}
	var told struct {
		Create, Applied bool
		Changes         []struct{ Setting string }
		Steps           []struct{ Commands []string }
	}
	out := o.expect(t, 0, `"applied":true`, "files", slices.Concat([]string{"provision", "--json"}, flags)...)
	if err := json.Unmarshal([]byte(out), &told); err != nil || !told.Create {
		t.Errorf("%v: %s", err, out)
	}
	var written []string
	for _, c := range told.Changes {
		written = append(written, c.Setting)
	}
	if got := strings.Join(written, " "); got != takes[o.store.Kind] {
		t.Errorf("written were %s; docs/provision.md has %s", got, takes[o.store.Kind])
	}
	t.Logf("measured: %s has %d of the template's 10 settings", o.store.Kind, len(told.Changes))
	o.expect(t, 0, "nothing to change", "files", slices.Concat([]string{"provision"}, flags)...)

	o.expect(t, 0, "left to you", "files", "provision", "--dry-run", "--write-policies", policies)
	o.expect(t, 0, "nothing was written", "files", "provision", "--dry-run", "--require", "versioning") // it is there
	for _, user := range []string{"bytepass-server", "bytepass-signer"} {
		document, err := os.ReadFile(filepath.Join(policies, user+".json"))
		if err != nil || !json.Valid(document) || !bytes.Contains(document, []byte("arn:aws:s3:::files/u/*")) {
			t.Errorf("the policy of %s: %v %s", user, err, document)
		}
	}
	if got := o.buckets(t); !slices.Equal(got, []string{"files"}) {
		t.Errorf("there are buckets %q", got)
	}
}

// tells checks that the store tells the webhook of an upload: Ceph half a minute
// after the topic was made, or later on a busy machine.
func tells(t *testing.T, o operator, told chan string) {
	t.Helper()
	if _, err := o.store.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("files"), Key: aws.String("u/alice/a"), Body: strings.NewReader("a")}); err != nil {
		t.Fatal(err)
	}
	for deadline := time.After(2 * time.Minute); ; {
		select {
		case body := <-told:
			if strings.Contains(body, "alice") {
				return
			}
		case <-deadline:
			t.Fatal("the store has told the webhook nothing of an upload")
		}
	}
}

// compare looks for drift as a pipeline does.
func compare(t *testing.T, o operator) {
	t.Helper()
	flags := []string{"--webhook-url", o.hook, "--origin", "https://app.example", "--sse-s3", "--no-users"}
	_, out, _ := o.run(t, "files", slices.Concat([]string{"provision", "--dry-run", "--probe"}, flags)...)
	_, after, _ := strings.Cut(out, "to compare later: bytepass ")
	printed, _, _ := strings.Cut(after, "\n")
	o.expect(t, 0, "same", "files", strings.Fields(printed)...)
	_, without, _ := strings.Cut(printed, " --without ")
	flags = append(flags, "--without", without)

	_, err := o.store.Client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: aws.String("files"), VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended}})
	if err != nil {
		t.Fatal(err)
	}
	o.expect(t, 5, "versioning is changed", "files", slices.Concat([]string{"drift"}, flags)...)
	o.expect(t, 5, `"verdict":"drifted"`, "files", slices.Concat([]string{"drift", "--json"}, flags)...)
	o.expect(t, 5, "--require", "files", "drift", "--without", without+",versioning", "--require", "versioning", "--webhook-url", o.hook, "--origin", "https://app.example", "--sse-s3", "--no-users")
}
