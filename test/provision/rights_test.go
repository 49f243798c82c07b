package provision

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/provision/onprem"
	"github.com/bytepass/bytepass/test/stores"
)

// rights has the users made by the commands that provisioning prints, and sees
// the store enforce what it says of them: the server can do its work, the signer
// its URLs, and neither anything else.
func rights(t *testing.T, o operator) {
	flags := []string{"provision", "--yes"}
	if o.store.Kind == stores.Ceph {
		flags = append(flags, "--without", "publicAccess") // Ceph 16 takes every policy that allows something for a public one
	}
	out := o.expect(t, 0, `"applied":true`, "rights", append(flags, "--json", "--write-policies", o.policies)...)
	if o.store.Kind != stores.MinIO {
		o.users = byHand(t, o, out)
	}
	if o.store.Kind == stores.VersityGW { // its policies can only name users who are there
		o.expect(t, 0, "done", "rights", flags...)
	}
	o.expect(t, 0, "nothing to change", "rights", flags...)
	names := onprem.Users{Server: "bytepass-server", Signer: "bytepass-signer"}
	server, signer := o.store.ClientOf(o.users[names.Server]), o.store.ClientOf(o.users[names.Signer])
	known(t, server, signer)
	works(t, server, signer)
	if o.store.Kind == stores.MinIO {
		oneWayEach(t, server, signer)
		return
	}
	eachRightCounts(t, o, onprem.Kind(o.store.Kind), names, server, signer)
}

// oneWayEach checks what only MinIO's policies say: the signer's keys are good
// in a URL, the server's in a header.
func oneWayEach(t *testing.T, server, signer *s3.Client) {
	t.Helper()
	if _, err := signer.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("rights"), Key: aws.String("u/alice/by-header"), Body: strings.NewReader("x")}); status(err) != http.StatusForbidden {
		t.Errorf("the signer's keys are good in a header: %v", err)
	}
	if err := putByURL(t.Context(), server, "rights", "u/alice/by-the-server", "x"); status(err) != http.StatusForbidden {
		t.Errorf("the server's keys sign a URL: %v", err)
	}
}

// known waits until the store knows its new users in what has to know them.
func known(t *testing.T, server, signer *s3.Client) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		_, err := server.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("rights")})
		if err = errors.Join(err, putByURL(t.Context(), signer, "rights", "u/alice/known", "x")); err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the users that were made by hand can do nothing: %v", err)
		}
	}
}

// works checks what both users can and cannot do in the bucket.
func works(t *testing.T, server, signer *s3.Client) {
	t.Helper()
	ctx, bucket, key := t.Context(), aws.String("rights"), aws.String("u/alice/signed")
	if err := serverWork(ctx, server, signer, *bucket, "alice"); err != nil {
		t.Errorf("the server's work: %v", err)
	}
	if err := putByURL(ctx, signer, *bucket, *key, "x"); err != nil {
		t.Errorf("a signed PUT: %v", err)
	}
	if err := getByURL(ctx, signer, *bucket, *key); err != nil {
		t.Errorf("a signed GET: %v", err)
	}
	for user, client := range map[string]*s3.Client{"server": server, "signer": signer} {
		_, outside := client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("elsewhere"), Body: strings.NewReader("x")})
		_, policy := client.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: bucket, Policy: aws.String(`{"Version":"2012-10-17","Statement":[]}`)})
		_, gone := client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket})
		_, made := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("of-the-" + user)})
		_, others := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("files")})
		refused := map[string]error{
			"puts an object outside of the spaces": outside, "puts one there by a URL": putByURL(ctx, client, *bucket, "elsewhere", "x"),
			"writes the bucket's policy": policy, "deletes the bucket": gone, "makes a bucket": made, "looks into another bucket": others,
		}
		if user == "signer" {
			_, refused["lists objects"] = client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
			_, refused["lists versions"] = client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: bucket})
			_, refused["deletes an object"] = client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: key})
			_, refused["deletes a version"] = client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: key, VersionId: aws.String("null")})
		}
		for what, err := range refused {
			if status(err) != http.StatusForbidden {
				t.Errorf("the %s's user %s: %v", user, what, err)
			}
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
