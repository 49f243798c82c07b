package provision

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/bytepass/bytepass/runtime/provision/onprem"
	"github.com/bytepass/bytepass/test/stores"
)

// byHand does what "bytepass provision --json" leaves to the operator: it runs
// every command as it is printed, with the words in capitals filled in, and
// returns the keys of the users that they have made, by name.
func byHand(t *testing.T, o operator, printed string) map[string]stores.User {
	t.Helper()
	var told struct{ Steps []onprem.Step }
	if err := json.Unmarshal([]byte(printed), &told); err != nil || len(told.Steps) < 2 {
		t.Fatalf("%v: %s", err, printed)
	}
	users := map[string]stores.User{}
	for _, step := range told.Steps {
		user := stores.User{SecretKey: "secret-of-a-user"}
		for _, name := range []string{"bytepass-server", "bytepass-signer"} {
			if strings.Contains(step.What, name) {
				user.AccessKey = name
			}
		}
		words := strings.NewReplacer(
			"ROOT_ACCESS_KEY", "ROOT_ACCESS_KEY", "ROOT_SECRET_KEY", "ROOT_SECRET_KEY", // whoever runs it knows them
			"WEBHOOK_SECRET", webhookSecret, "QUEUE_FOLDER", t.TempDir(),
			"ACCESS_KEY", user.AccessKey, "SECRET_KEY", user.SecretKey, "SECRET", user.SecretKey)
		for _, command := range step.Commands {
			cmd := o.store.Shell(t, words.Replace(command))
			var log strings.Builder
			cmd.Stderr = &log
			out, err := cmd.Output()
			if err != nil || strings.Contains(strings.ToLower(string(out)), "error:") { // weed shell ends well all the same
				t.Fatalf("%s: %v: %s%s", command, err, out, &log)
			}
			if made := madeByCeph(out); made != nil {
				user = *made
			}
		}
		if name, _, _ := strings.Cut(strings.TrimPrefix(step.What, "the user "), " "); strings.HasPrefix(step.What, "the user ") {
			users[name] = user
		}
	}
	return users
}

// madeByCeph returns the keys that radosgw-admin prints of a user; nil if it
// was something else that has printed this.
func madeByCeph(printed []byte) *stores.User {
	var made struct {
		Keys []struct {
			AccessKey string `json:"access_key"`
			SecretKey string `json:"secret_key"`
		}
	}
	if err := json.Unmarshal(printed, &made); err != nil || len(made.Keys) != 1 {
		return nil
	}
	return &stores.User{AccessKey: made.Keys[0].AccessKey, SecretKey: made.Keys[0].SecretKey}
}

// minIOByHand sets up what is in MinIO's own settings, by the commands that are
// printed: users, webhook, and the pages that may use it. The store begins
// without any of them.
func minIOByHand(t *testing.T, o operator) map[string]stores.User {
	t.Helper()
	out := o.expect(t, 0, "cors_allow_origin", "rights", "provision", "--dry-run", "--json", "--write-policies", o.policies,
		"--webhook-url", o.hook, "--origin", "https://app.example")
	users := byHand(t, o, out)
	startedAnew(t, o.store.Client)
	for origin, allowed := range map[string]bool{"https://app.example": true, "https://evil.example": false} {
		if got, err := letsIn(t.Context(), o.store.Endpoint, origin); got != allowed || err != nil {
			t.Errorf("pages of %s are let in: %v, %v", origin, got, err)
		}
	}
	return users
}

// startedAnew waits until MinIO knows the webhook, which it does when it has been
// started anew.
func startedAnew(t *testing.T, client *s3.Client) {
	t.Helper()
	bucket := aws.String("try")
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		_, err := client.PutBucketNotificationConfiguration(t.Context(), &s3.PutBucketNotificationConfigurationInput{
			Bucket: bucket, NotificationConfiguration: onprem.MinIO.Notification(onprem.MinIOTarget),
		})
		if err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
		_, _ = client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: bucket}) // it is there, or the next one makes it
	}
	// While it starts, what it says of buckets may be what was before, or that
	// there are none: only one that stays away is gone.
	const lasting = 50
	for end, away := time.Now().Add(2*time.Minute), 0; away < lasting; time.Sleep(20 * time.Millisecond) {
		_, err := client.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: bucket})
		list, failed := client.ListBuckets(t.Context(), &s3.ListBucketsInput{})
		var said smithy.APIError
		if errors.As(err, &said) && said.ErrorCode() == "NoSuchBucket" && failed == nil && len(list.Buckets) == 0 {
			away++
			continue
		}
		if away = 0; time.Now().After(end) {
			t.Fatalf("the bucket %s does not go: %v", *bucket, err)
		}
	}
}

// letsIn reports whether the store answers a page of an origin that it may upload.
func letsIn(ctx context.Context, endpoint, origin string) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodOptions, endpoint+"/files/u/alice/a", nil)
	if err != nil {
		return false, err
	}
	req.Header.Set("Origin", origin)
	req.Header.Set("Access-Control-Request-Method", http.MethodPut)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false, err
	}
	defer res.Body.Close()
	return res.Header.Get("Access-Control-Allow-Origin") == origin, nil
}
