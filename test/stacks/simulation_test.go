package stacks_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// How a request reaches S3.
const (
	header = "REST-HEADER"       // an Authorization header
	query  = "REST-QUERY-STRING" // a presigned URL
	form   = "POST"              // a presigned form
)

// with is what is unusual about a request.
type with map[string]string

// questions are about what the policies mean, all of them together, for one
// request: identity policies of a role and the bucket's policy.
var questions = []struct {
	who, does, to, by string
	with              with
	want              string
}{
	// A signer's URL, in time, does what it is for and nothing else.
	{"UploadSigner", "s3:PutObject", "u/alice/a", query, nil, "Allowed"},
	{"UploadSigner", "s3:PutObject", "g/team/a", query, nil, "Allowed"},
	{"UploadSigner", "s3:PutObject", "u/alice/a", form, nil, "Allowed"},
	{"DownloadSigner", "s3:GetObject", "u/alice/a", query, nil, "Allowed"},
	{"DownloadSigner", "s3:GetObjectVersion", "u/alice/a", query, nil, "Allowed"},
	{"UploadSigner", "s3:PutObject", "elsewhere/a", query, nil, "ImplicitlyDenied"},
	{"UploadSigner", "s3:GetObject", "u/alice/a", query, nil, "ImplicitlyDenied"},
	{"UploadSigner", "s3:DeleteObject", "u/alice/a", query, nil, "ImplicitlyDenied"},
	{"UploadSigner", "s3:PutObjectAcl", "u/alice/a", query, nil, "ImplicitlyDenied"},
	{"DownloadSigner", "s3:PutObject", "u/alice/a", query, nil, "ImplicitlyDenied"},
	{"DownloadSigner", "s3:DeleteObjectVersion", "u/alice/a", query, nil, "ImplicitlyDenied"},
	{"DownloadSigner", "s3:ListBucket", "", query, nil, "ImplicitlyDenied"},

	// Its credentials are worth nothing in a header.
	{"UploadSigner", "s3:PutObject", "u/alice/a", header, nil, "ExplicitlyDenied"},
	{"DownloadSigner", "s3:GetObject", "u/alice/a", header, nil, "ExplicitlyDenied"},
	{"DownloadSigner", "s3:ListBucket", "", header, nil, "ExplicitlyDenied"},

	// No signature older than the cap: the longest lifetime of a URL, 15 minutes by default.
	{"UploadSigner", "s3:PutObject", "u/alice/a", query, with{"s3:signatureAge": "900000"}, "Allowed"},
	{"UploadSigner", "s3:PutObject", "u/alice/a", query, with{"s3:signatureAge": "900001"}, "ExplicitlyDenied"},
	{"DownloadSigner", "s3:GetObject", "u/alice/a", query, with{"s3:signatureAge": "900001"}, "ExplicitlyDenied"},

	// TLS 1.2 at least, signature version 4.
	{"UploadSigner", "s3:PutObject", "u/alice/a", query, with{"aws:SecureTransport": "false"}, "ExplicitlyDenied"},
	{"UploadSigner", "s3:PutObject", "u/alice/a", query, with{"s3:TlsVersion": "1.1"}, "ExplicitlyDenied"},
	{"UploadSigner", "s3:PutObject", "u/alice/a", query, with{"s3:TlsVersion": "1.2"}, "Allowed"},
	{"UploadSigner", "s3:PutObject", "u/alice/a", query, with{"s3:signatureversion": "AWS"}, "ExplicitlyDenied"},
	{"Ingest", "s3:ListBucket", "", header, with{"aws:SecureTransport": "false"}, "ExplicitlyDenied"},
	{"Ingest", "s3:ListBucket", "", header, with{"s3:TlsVersion": "1.0"}, "ExplicitlyDenied"},

	// Functions do their work with a header, and cannot presign.
	{"Upload", "s3:PutObject", "u/alice/a", header, nil, "Allowed"},
	{"Upload", "s3:ListMultipartUploadParts", "g/team/a", header, nil, "Allowed"},
	{"Upload", "s3:AbortMultipartUpload", "u/alice/a", header, nil, "Allowed"},
	{"Upload", "s3:ListBucketMultipartUploads", "", header, nil, "Allowed"},
	{"Upload", "s3:GetObject", "u/alice/a", header, nil, "Allowed"},
	{"Upload", "s3:ListBucket", "", header, nil, "Allowed"},
	{"Files", "s3:DeleteObject", "u/alice/a", header, nil, "Allowed"},
	{"Files", "s3:ListBucketVersions", "", header, nil, "Allowed"},
	{"Restore", "s3:DeleteObjectVersion", "u/alice/a", header, nil, "Allowed"},
	{"Restore", "s3:GetObjectVersion", "u/alice/a", header, nil, "Allowed"},
	{"Restore", "s3:PutObject", "u/alice/a", header, nil, "Allowed"},
	{"Restore", "s3:ListBucketVersions", "", header, nil, "Allowed"},
	{"Ingest", "s3:GetObject", "u/alice/a", header, nil, "Allowed"},
	{"Ingest", "s3:DeleteObject", "u/alice/a", header, nil, "Allowed"},
	{"Ingest", "s3:ListBucket", "", header, nil, "Allowed"},
	{"Restore", "s3:PutObject", "u/alice/a", query, nil, "ExplicitlyDenied"},
	{"Restore", "s3:PutObject", "u/alice/a", form, nil, "ExplicitlyDenied"},
	{"Ingest", "s3:GetObject", "u/alice/a", query, nil, "ExplicitlyDenied"},
	{"Files", "s3:DeleteObject", "u/alice/a", query, nil, "ExplicitlyDenied"},

	// And nothing beyond it: nobody who answers requests erases, and only who has
	// to see heads reads.
	{"Upload", "s3:PutObject", "elsewhere/a", header, nil, "ImplicitlyDenied"},
	{"Upload", "s3:PutObject", "u/alice/a", query, nil, "ExplicitlyDenied"},
	{"Upload", "s3:GetObject", "u/alice/a", query, nil, "ExplicitlyDenied"},
	{"Upload", "s3:GetObjectVersion", "u/alice/a", header, nil, "ImplicitlyDenied"},
	{"Upload", "s3:DeleteObject", "u/alice/a", header, nil, "ImplicitlyDenied"},
	{"UploadSigner", "s3:AbortMultipartUpload", "u/alice/a", query, nil, "ImplicitlyDenied"},
	{"Files", "s3:GetObject", "u/alice/a", header, nil, "ImplicitlyDenied"},
	{"Files", "s3:PutObject", "u/alice/a", header, nil, "ImplicitlyDenied"},
	{"Files", "s3:DeleteObjectVersion", "u/alice/a", header, nil, "ImplicitlyDenied"},
	{"Ingest", "s3:PutObject", "u/alice/a", header, nil, "ImplicitlyDenied"},
	{"Ingest", "s3:DeleteObjectVersion", "u/alice/a", header, nil, "ImplicitlyDenied"},
	{"Restore", "s3:DeleteObject", "u/alice/a", header, nil, "ImplicitlyDenied"},
	{"Restore", "s3:PutBucketPolicy", "", header, nil, "ImplicitlyDenied"},
	{"LogReader", "s3:GetObject", "u/alice/a", header, nil, "ImplicitlyDenied"},

	// An administrator of the account, who may do everything, is held by the
	// bucket's policy alone: no URLs, no old ones, no plain HTTP.
	{"administrator", "s3:GetObject", "u/alice/a", header, nil, "Allowed"},
	{"administrator", "s3:GetObject", "u/alice/a", query, nil, "ExplicitlyDenied"},
	{"administrator", "s3:PutObject", "u/alice/a", form, nil, "ExplicitlyDenied"},
	{"administrator", "s3:GetObject", "u/alice/a", header, with{"aws:SecureTransport": "false"}, "ExplicitlyDenied"},
	{"administrator", "s3:GetObject", "u/alice/a", header, with{"s3:signatureversion": "AWS"}, "ExplicitlyDenied"},

	// Access logs hold query strings: one role reads them.
	{"LogReader", "s3:GetObject", "logs:objects/2030-01-01", header, nil, "Allowed"},
	{"LogReader", "s3:ListBucket", "logs:", header, nil, "Allowed"},
	{"administrator", "s3:GetObject", "logs:objects/2030-01-01", header, nil, "ExplicitlyDenied"},
	{"Ingest", "s3:GetObject", "logs:objects/2030-01-01", header, nil, "ExplicitlyDenied"},
	{"LogReader", "s3:DeleteObject", "logs:objects/2030-01-01", header, nil, "ImplicitlyDenied"},
	{"EmptyBucket", "s3:DeleteObjectVersion", "logs:objects/2030-01-01", header, nil, "Allowed"},
	{"EmptyBucket", "s3:DeleteObjectVersion", "anything", header, nil, "Allowed"},
	{"EmptyBucket", "s3:GetObject", "u/alice/a", header, nil, "ImplicitlyDenied"},
}

// asked is a question as tools/iam-simulate takes it.
type asked struct {
	Principal        string            `json:"principal"`
	Action           string            `json:"action"`
	Resource         string            `json:"resource"`
	Account          string            `json:"account"`
	Context          map[string]string `json:"context"`
	IdentityPolicies []any             `json:"identityPolicies"`
	ResourcePolicy   any               `json:"resourcePolicy,omitempty"`
}

func TestWhoMayDoWhatWithAnObject(t *testing.T) {
	d := dev(t)
	all := make([]asked, len(questions))
	for i, q := range questions {
		bucket, policy := "StorageBucket", "StorageBucketPolicy"
		key, inLogs := strings.CutPrefix(q.to, "logs:")
		if inLogs {
			bucket, policy = "StorageLogBucket", "StorageLogBucketPolicy"
		}
		resource := d.attribute(t, d.only(t, d.storage, "AWS::S3::Bucket", bucket), "Arn")
		context := map[string]string{
			"aws:SecureTransport": "true", "s3:TlsVersion": "1.3", "s3:signatureversion": "AWS4-HMAC-SHA256",
			"s3:signatureAge": "1000", "s3:authType": q.by,
			// Of a session it is the role's ARN (IAM user guide, "global condition keys").
			"aws:PrincipalArn": "arn:aws:iam::" + account + ":role/" + d.sessionOf(t, q.who),
		}
		maps.Copy(context, q.with)
		if key != "" {
			resource += "/" + key
		}
		all[i] = asked{
			Principal: "arn:aws:sts::" + account + ":assumed-role/" + d.sessionOf(t, q.who) + "/session",
			Action:    q.does, Resource: resource, Account: account, Context: context,
			IdentityPolicies: []any{d.identity(t, q.who)},
			ResourcePolicy:   d.resolve(t, d.storage.Resources[d.only(t, d.storage, "AWS::S3::BucketPolicy", policy)].Properties["PolicyDocument"]),
		}
	}
	for i, a := range simulate(t, all) {
		q := questions[i]
		if len(a.Ignored) > 0 {
			t.Errorf("%s %s %s: the simulator does not know %v", q.who, q.does, q.to, a.Ignored)
		}
		if a.Result != q.want {
			t.Errorf("%s, %s of %q by %s %v: %s, not %s", q.who, q.does, q.to, q.by, q.with, a.Result, q.want)
		}
	}
}

// sessionOf is the name of the role that somebody has a session of.
func (d deployment) sessionOf(t *testing.T, who string) string {
	t.Helper()
	if who == "administrator" {
		return who
	}
	return d.role(t, who)
}

// identity is the policy of a role, as one document.
func (d deployment) identity(t *testing.T, who string) any {
	t.Helper()
	statements := []statement{{Effect: "Allow", Action: []string{"s3:*", "sts:*"}, Resource: []string{"*"}}}
	if who != "administrator" {
		statements = d.rights(t, d.role(t, who))
	}
	return map[string]any{"Version": "2012-10-17", "Statement": statements}
}

// TestWhoMayBecomeASigner: only the function that signs, not even an administrator.
func TestWhoMayBecomeASigner(t *testing.T) {
	d := dev(t)
	var all []asked
	var wants []string
	for signer, by := range map[string]string{"UploadSigner": "Upload", "DownloadSigner": "Files"} {
		role := d.role(t, signer)
		for _, who := range []string{"Upload", "Files", "Restore", "Ingest", "LogReader", "UploadSigner", "DownloadSigner"} {
			want := "ImplicitlyDenied"
			if who == by {
				want = "Allowed"
			}
			wants = append(wants, want)
			all = append(all, asked{
				Principal: "arn:aws:sts::" + account + ":assumed-role/" + d.role(t, who) + "/session",
				Action:    "sts:AssumeRole", Resource: d.attribute(t, role, "Arn"), Account: account, Context: map[string]string{},
				IdentityPolicies: []any{d.identity(t, who)},
				ResourcePolicy:   d.resolve(t, d.storage.Resources[role].Properties["AssumeRolePolicyDocument"]),
			})
		}
	}
	for i, a := range simulate(t, all) {
		if a.Result != wants[i] {
			t.Errorf("%s becoming %s: %s, not %s", all[i].Principal, all[i].Resource, a.Result, wants[i])
		}
	}
}

type answer struct {
	Result  string
	Ignored []string
}

// simulate asks the simulator.
func simulate(t *testing.T, all []asked) []answer {
	t.Helper()
	question, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	var said, complained bytes.Buffer
	cmd := exec.Command("node", filepath.Join(root, "tools", "iam-simulate", "simulate.mjs"))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(question), &said, &complained
	if err := cmd.Run(); err != nil {
		t.Fatalf("the simulator does not run (%v); install it with: sh tools/iam-simulate.sh\n%s", err, complained.String())
	}
	var answers []answer
	if err := json.Unmarshal(said.Bytes(), &answers); err != nil || len(answers) != len(all) {
		t.Fatalf("%d answers to %d questions: %v", len(answers), len(all), err)
	}
	return answers
}

// TestWhatTheEdgeMayRead: all policies together, for CloudFront as itself.
func TestWhatTheEdgeMayRead(t *testing.T) {
	d := edge(t)
	distribution := "arn:aws:cloudfront::" + account + ":distribution/" + d.only(t, d.storage, "AWS::CloudFront::Distribution", "StorageDeliveryDistribution")
	bucket := d.attribute(t, d.only(t, d.storage, "AWS::S3::Bucket", "StorageBucket"), "Arn")
	policy := d.resolve(t, d.storage.Resources[d.only(t, d.storage, "AWS::S3::BucketPolicy", "StorageBucketPolicy")].Properties["PolicyDocument"])
	tries := []struct{ from, does, of, want string }{
		{distribution, "s3:GetObject", "/u/alice/a", "Allowed"},
		{distribution, "s3:GetObjectVersion", "/g/team/a", "Allowed"},
		{distribution + "X", "s3:GetObject", "/u/alice/a", "ImplicitlyDenied"},
		{distribution, "s3:GetObject", "/error", "ImplicitlyDenied"},
		{distribution, "s3:ListBucket", "", "ImplicitlyDenied"},
		{distribution, "s3:PutObject", "/u/alice/a", "ImplicitlyDenied"},
	}
	var all []asked
	for _, try := range tries {
		all = append(all, asked{
			Principal: "cloudfront.amazonaws.com", Action: try.does, Resource: bucket + try.of, Account: account,
			Context: map[string]string{
				"aws:SecureTransport": "true", "s3:TlsVersion": "1.3", "s3:signatureversion": "AWS4-HMAC-SHA256", "s3:signatureAge": "1000", "s3:authType": header,
				"aws:SourceArn": try.from,
			},
			IdentityPolicies: []any{}, ResourcePolicy: policy,
		})
	}
	for i, a := range simulate(t, all) {
		if try := tries[i]; a.Result != try.want || len(a.Ignored) > 0 {
			t.Errorf("%s, %s of %q: %s, not %s (not known: %v)", try.from, try.does, try.of, a.Result, try.want, a.Ignored)
		}
	}
}
