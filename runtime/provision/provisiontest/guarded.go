package provisiontest

import (
	"net/http"
	"testing"
	"time"
)

// keeps is a template whose policy keeps everybody from deleting the bucket and
// its versions.
const keeps = `{"Resources":{
	"B":{"Type":"AWS::S3::Bucket","Properties":{"VersioningConfiguration":{"Status":"Enabled"}}},
	"P":{"Type":"AWS::S3::BucketPolicy","Properties":{"Bucket":{"Ref":"B"},"PolicyDocument":{"Statement":[{
		"Sid":"Keep","Effect":"Deny","Principal":"*","Action":["s3:DeleteBucket","s3:DeleteObjectVersion","s3:ListBucketVersions"],
		"Resource":[{"Fn::GetAtt":["B","Arn"]},{"Fn::Sub":"${B.Arn}/*"}]}]}}}}}`

// guarded provisions that: the scratch bucket is under the policy, too, and goes
// nevertheless.
func guarded(t *testing.T, s Store) {
	s.Template = []byte(keeps)
	if _, _, err := s.run(t.Context(), t, http.DefaultTransport, "guarded", time.Now()); err != nil {
		t.Fatal(err)
	}
	if left := s.leftovers(t); len(left) != 0 {
		t.Errorf("left over: %q", left)
	}
	over := &transport{}
	if _, _, err := s.run(t.Context(), t, over, "guarded", time.Now()); err != nil || len(over.writes) != 0 {
		t.Errorf("the second run writes %q, %v", over.writes, err)
	}
}
