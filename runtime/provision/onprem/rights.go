package onprem

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bytepass/bytepass/runtime/provision"
)

// Users are the names of the users that a server works as, or their ARNs where
// they are not in the store's usual account.
type Users struct {
	Server string // does everything that is not a URL
	Signer string // signs URLs, and can do nothing else
}

// Actions of the S3 API that the server's user needs: on the objects, those of
// packages bucket and uploads; on the bucket, theirs and what "bytepass serve"
// looks at when it starts.
func serverOnObjects() []string {
	return []string{
		"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:GetObjectVersion",
		"s3:ListMultipartUploadParts", "s3:PutObject",
	}
}

func serverOnBucket() []string {
	return []string{
		"s3:GetBucketVersioning", "s3:GetLifecycleConfiguration", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions",
	}
}

// signerOnObjects are what URLs are signed for.
func signerOnObjects() []string {
	return []string{"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"}
}

// spaces are the objects that Bytepass has in a bucket: those of persons and of
// groups.
func spaces(bucket string) []string {
	return []string{"arn:aws:s3:::" + bucket + "/g/*", "arn:aws:s3:::" + bucket + "/u/*"}
}

// allow returns what the users may do, without saying who they are.
func allow(bucket string) (server, signer []provision.Statement) {
	server = []provision.Statement{
		statement("BytepassServerObjects", "Allow", serverOnObjects(), spaces(bucket)),
		statement("BytepassServerBucket", "Allow", serverOnBucket(), []string{"arn:aws:s3:::" + bucket}),
	}
	signer = []provision.Statement{statement("BytepassSigner", "Allow", signerOnObjects(), spaces(bucket))}
	return server, signer
}

// statement is built of the types that JSON decodes to, like one that was read.
func statement(sid, effect string, actions, resources []string) provision.Statement {
	return provision.Statement{"Sid": sid, "Effect": effect, "Action": list(actions), "Resource": list(resources)}
}

func list(texts []string) []any {
	all := make([]any, len(texts))
	for i := range texts {
		all[i] = texts[i]
	}
	return all
}

// Grants returns the statements by which a bucket's policy gives the users their
// rights, on stores that keep rights there; nil on the others.
func (k Kind) Grants(bucket string, u Users) []provision.Statement {
	before, ok := map[Kind]string{
		Ceph:      "arn:aws:iam:::user/",             // https://docs.ceph.com/en/latest/radosgw/bucketpolicy/
		SeaweedFS: "arn:aws:iam::000000000000:user/", // its account, if it was given no other
		VersityGW: "",                                // users go by their access key
	}[k]
	if !ok {
		return nil
	}
	server, signer := allow(bucket)
	grant := func(statements []provision.Statement, user string) {
		if !strings.HasPrefix(user, "arn:") {
			user = before + user
		}
		for _, s := range statements {
			s["Principal"] = map[string]any{"AWS": list([]string{user})}
		}
	}
	grant(server, u.Server)
	grant(signer, u.Signer)
	return append(server, signer...)
}

// Policies returns the policies of the users, as documents of JSON by the
// users' names, for stores that keep rights with the user. On MinIO, which knows
// the conditions for it, the signer's keys are worth nothing but in a URL that
// is younger than oldest, and the server's can sign none.
func (k Kind) Policies(bucket string, u Users, oldest time.Duration) (map[string][]byte, error) {
	server, signer := allow(bucket)
	if k == MinIO {
		all := []string{"arn:aws:s3:::" + bucket, "arn:aws:s3:::" + bucket + "/*"}
		deny := func(sid, operator, key string, values ...string) provision.Statement {
			s := statement(sid, "Deny", []string{"s3:*"}, all)
			s["Condition"] = map[string]any{operator: map[string]any{key: list(values)}}
			return s
		}
		server = append(server, deny("ServerSignsNoURLs", "StringEquals", "s3:authType", "REST-QUERY-STRING", "POST"))
		signer = append(signer, deny("SignerOnlySignsURLs", "StringEquals", "s3:authType", "REST-HEADER"))
		if oldest > 0 {
			signer = append(signer, deny("NoOldSignature", "NumericGreaterThan", "s3:signatureAge", strconv.FormatInt(oldest.Milliseconds(), 10)))
		}
	}
	policies := map[string][]byte{}
	for user, statements := range map[string][]provision.Statement{u.Server: server, u.Signer: signer} {
		document, err := json.MarshalIndent(map[string]any{"Version": "2012-10-17", "Statement": statements}, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("onprem: writing the policy of %s: %w", user, err)
		}
		policies[user] = append(document, '\n')
	}
	return policies, nil
}

// OldestSignature returns the age from which on the template's policy refuses a
// signature; 0 if it has no such statement.
func OldestSignature(s provision.Settings) time.Duration {
	for _, statement := range s.Policy {
		for _, value := range statement.Condition("NumericGreaterThan", "s3:signatureAge") {
			if ms, err := strconv.ParseInt(value, 10, 64); err == nil && statement["Effect"] == "Deny" {
				return time.Duration(ms) * time.Millisecond
			}
		}
	}
	return 0
}
