package provision

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/provision/onprem"
	"github.com/bytepass/bytepass/test/project"
	"github.com/bytepass/bytepass/test/stores"
)

// rights gives the server's users the rights that provisioning has for them, and
// sees the store enforce them: the server can do its work, the signer its URLs,
// and neither anything else.
func rights(t *testing.T, o operator) {
	switch o.store.Kind {
	case stores.VersityGW:
		versityGWRights(t, o)
	case stores.Ceph:
		oneUserRights(t, o, onprem.Ceph, "other")
	case stores.SeaweedFS:
		oneUserRights(t, o, onprem.SeaweedFS, o.store.Other.Principal) // it is in an account of its own
	case stores.MinIO:
		minIORights(t, o)
	}
}

// versityGWRights makes the users by the commands that provisioning prints.
func versityGWRights(t *testing.T, o operator) {
	gateway, err := project.Tool(".tools/versitygw", "tools/versitygw.sh")
	if err != nil {
		t.Fatal(err)
	}
	out := o.expect(t, 0, "BytepassServerObjects", "rights", "provision", "--yes", "--json")
	var told struct{ Steps []onprem.Step }
	if err := json.Unmarshal([]byte(out), &told); err != nil || len(told.Steps) != 2 {
		t.Fatalf("%v: %s", err, out)
	}
	fill := strings.NewReplacer("ROOT_ACCESS_KEY", o.store.AccessKey, "ROOT_SECRET_KEY", o.store.SecretKey, "SECRET", "secret-of-a-user")
	for _, step := range told.Steps {
		for _, command := range step.Commands {
			cmd := exec.CommandContext(t.Context(), "sh", "-c", fill.Replace(command))
			cmd.Env = []string{"PATH=" + filepath.Dir(gateway)}
			cmd.Path = "/bin/sh"
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v: %s", command, err, out)
			}
		}
	}
	o.expect(t, 0, "done", "rights", "provision", "--yes")
	o.expect(t, 0, "nothing to change", "rights", "provision", "--yes")
	server := o.store.ClientOf(stores.User{AccessKey: "bytepass-server", SecretKey: "secret-of-a-user"})
	signer := o.store.ClientOf(stores.User{AccessKey: "bytepass-signer", SecretKey: "secret-of-a-user"})
	works(t, o, server, signer)
	eachRightCounts(t, o, onprem.VersityGW, onprem.Users{Server: "bytepass-server", Signer: "bytepass-signer"}, server, signer)
}

// oneUserRights has one user be the server on one bucket and the signer on another.
func oneUserRights(t *testing.T, o operator, kind onprem.Kind, user string) {
	open := "publicAccess" // Ceph 16 takes every policy that allows something for a public one
	other, admin := o.store.ClientOf(o.store.Other), o.store.Client
	o.expect(t, 0, "done", "rights", "provision", "--yes", "--without", open, "--server-user", user, "--signer-user", "nobody")
	works(t, o, other, admin)
	eachRightCounts(t, o, kind, onprem.Users{Server: user, Signer: "nobody"}, other, admin)
	o.expect(t, 0, "done", "signed", "provision", "--yes", "--without", open, "--server-user", "nobody", "--signer-user", user)
	signs(t, other, "signed")
}

// minIORights takes sessions with the policies of the users, because MinIO makes
// users by a protocol of its own.
func minIORights(t *testing.T, o operator) {
	out := o.expect(t, 0, `"applied":true`, "rights", "provision", "--yes", "--json")
	var told struct {
		Policies map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(out), &told); err != nil {
		t.Fatal(err)
	}
	session := func(user string) *s3.Client {
		service := sts.New(sts.Options{
			Region: o.store.Region, BaseEndpoint: aws.String(o.store.Endpoint),
			Credentials: credentials.NewStaticCredentialsProvider(o.store.AccessKey, o.store.SecretKey, ""),
		})
		made, err := service.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::000000000000:role/none"), RoleSessionName: &user, Policy: aws.String(string(told.Policies[user]))})
		if err != nil {
			t.Fatalf("the policy of %s: %v", user, err)
		}
		return o.store.ClientOf(stores.User{AccessKey: *made.Credentials.AccessKeyId, SecretKey: *made.Credentials.SecretAccessKey, SessionToken: *made.Credentials.SessionToken})
	}
	server, signer := session("bytepass-server"), session("bytepass-signer")
	works(t, o, server, signer)
	if _, err := signer.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("rights"), Key: aws.String("u/alice/by-header"), Body: strings.NewReader("x")}); status(err) != http.StatusForbidden {
		t.Errorf("the signer's keys are good in a header: %v", err)
	}
	if err := putByURL(t.Context(), server, "rights", "u/alice/by-the-server", "x"); status(err) != http.StatusForbidden {
		t.Errorf("the server's keys sign a URL: %v", err)
	}
}

// works checks what both users can and cannot do in the bucket.
func works(t *testing.T, o operator, server, signer *s3.Client) {
	t.Helper()
	ctx, bucket := t.Context(), aws.String("rights")
	if err := serverWork(ctx, server, signer, *bucket, "alice"); err != nil {
		t.Errorf("the server's work: %v", err)
	}
	if signer != o.store.Client {
		signs(t, signer, *bucket)
	}
	_, outside := server.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("elsewhere"), Body: strings.NewReader("x")})
	_, policy := server.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: bucket, Policy: aws.String(`{"Version":"2012-10-17","Statement":[]}`)})
	_, gone := server.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket})
	for what, err := range map[string]error{"puts an object outside of the spaces": outside, "writes the bucket's policy": policy, "deletes the bucket": gone} {
		if status(err) != http.StatusForbidden {
			t.Errorf("the server's user %s: %v", what, err)
		}
	}
}

// signs checks what the signer can and cannot do.
func signs(t *testing.T, signer *s3.Client, name string) {
	t.Helper()
	ctx, key := t.Context(), "u/alice/signed"
	if err := putByURL(ctx, signer, name, key, "x"); err != nil {
		t.Errorf("a signed PUT: %v", err)
	}
	if err := getByURL(ctx, signer, name, key); err != nil {
		t.Errorf("a signed GET: %v", err)
	}
	_, lists := signer.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &name})
	_, deletes := signer.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &name, Key: &key})
	_, versions := signer.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: &name})
	for what, err := range map[string]error{
		"lists objects": lists, "deletes an object": deletes, "lists versions": versions,
		"puts outside of the spaces": putByURL(ctx, signer, name, "elsewhere", "x"),
	} {
		if status(err) != http.StatusForbidden {
			t.Errorf("the signer's user %s: %v", what, err)
		}
	}
}

// unlooked are the rights that a store does not look at; each of them another does.
var unlooked = map[stores.Kind][]string{
	stores.VersityGW: {"s3:GetLifecycleConfiguration"}, // it has no lifecycle
	stores.Ceph:      {"s3:GetObject", "s3:ListMultipartUploadParts"},
	stores.SeaweedFS: {"s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"},
}

// eachRightCounts takes each action away from the server's user once, and sees
// some of its work fail: no right is there that nothing needs.
func eachRightCounts(t *testing.T, o operator, kind onprem.Kind, users onprem.Users, server, signer *s3.Client) {
	t.Helper()
	var idle []string
	actions := 0
	for i, statement := range kind.Grants("rights", users) {
		if !strings.HasPrefix(statement["Sid"].(string), "BytepassServer") {
			continue
		}
		for _, action := range statement["Action"].([]any) {
			actions++
			less := kind.Grants("rights", users)
			less[i]["Action"] = slices.DeleteFunc(slices.Clone(less[i]["Action"].([]any)), func(a any) bool { return a == action })
			setPolicy(t, o, server, less, actions)
			if err := serverWork(t.Context(), server, signer, "rights", fmt.Sprintf("without-%d", actions)); err == nil {
				idle = append(idle, action.(string))
			}
		}
	}
	setPolicy(t, o, server, kind.Grants("rights", users), 0)
	if err := serverWork(t.Context(), server, signer, "rights", "with-all"); err != nil {
		t.Errorf("with all rights back: %v", err)
	}
	if !slices.Equal(idle, unlooked[o.store.Kind]) {
		t.Errorf("the work goes on without %v, want that of %v", idle, unlooked[o.store.Kind])
	}
	t.Logf("measured: %d rights, each taken away once; %s does not look at %v", actions, o.store.Kind, idle)
}

// setPolicy sets the bucket's policy and waits until it holds: until the
// server's user may do what only the one of this number allows.
func setPolicy(t *testing.T, o operator, server *s3.Client, statements []provision.Statement, number int) {
	t.Helper()
	i := slices.IndexFunc(statements, func(s provision.Statement) bool { return strings.HasPrefix(s["Sid"].(string), "BytepassServer") })
	key := fmt.Sprintf("policies/%d", number)
	document, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": append(slices.Clone(statements), provision.Statement{
		"Sid": "Holds", "Effect": "Allow", "Principal": statements[i]["Principal"], "Action": []string{"s3:PutObject"}, "Resource": []string{"arn:aws:s3:::rights/" + key},
	})})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.store.Client.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: aws.String("rights"), Policy: aws.String(string(document))}); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		_, err := server.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("rights"), Key: &key, Body: strings.NewReader("x")})
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the policy does not hold: %v", err)
		}
	}
}
