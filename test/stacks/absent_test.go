package stacks_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents visits every policy document of a deployment: of roles, keys,
// buckets and queues.
func (d deployment) documents(t *testing.T, visit func(id string, r resource, statements []statement)) {
	t.Helper()
	for _, in := range []template{d.storage, d.api} {
		for _, id := range slices.Sorted(maps.Keys(in.Resources)) {
			r := in.Resources[id]
			for _, property := range []string{"PolicyDocument", "KeyPolicy", "AssumeRolePolicyDocument"} {
				if document := r.Properties[property]; document != nil {
					visit(id, r, d.statements(t, document))
				}
			}
		}
	}
}

// What may stand for things that have no name before they exist.
var (
	anyObject    = regexp.MustCompile(`^arn:aws:s3:::[a-z0-9-]+(/[ug]|/objects|/AWSLogs/[0-9]+/[A-Za-z-]+)?/\*$`)
	anyLogStream = regexp.MustCompile(`^arn:aws:logs:[^*]+:log-stream:\*$`)
)

// checkNoWildcards: nothing is allowed by a wildcard but what stands here.
func checkNoWildcards(t *testing.T, d deployment) {
	t.Helper()
	d.documents(t, func(id string, r resource, statements []statement) {
		for _, s := range statements {
			if s.Effect != "Allow" {
				continue
			}
			if strings.Contains(fmt.Sprint(s.Principal), "*") {
				t.Errorf("%s allows anybody: %+v", id, s)
			}
			for _, action := range s.Action {
				if strings.Contains(action, "*") {
					t.Errorf("%s allows %s", id, action)
				}
			}
			for _, on := range s.Resource {
				switch {
				case !strings.Contains(on, "*"), anyObject.MatchString(on), anyLogStream.MatchString(on):
				case on == "*" && r.Type == "AWS::KMS::Key": // the key itself
				case on == "*" && s.Sid == "Trace": // X-Ray has no resources
				case on == "*" && s.Sid == "KeepPublicKeys": // nor have CloudFront's keys
				default:
					t.Errorf("%s allows something on %s", id, on)
				}
			}
		}
	})
}

func TestNoWildcards(t *testing.T) {
	checkNoWildcards(t, dev(t))
	checkNoWildcards(t, prod(t))
	checkNoWildcards(t, edge(t))
}

// TestEveryStatementIsNamed: findings and tests speak of statements by name.
func TestEveryStatementIsNamed(t *testing.T) {
	edge(t).documents(t, func(id string, r resource, statements []statement) {
		seen := map[string]bool{}
		for _, s := range statements {
			// A role's trust is the one statement of its kind.
			if s.Sid == "" && r.Type != "AWS::IAM::Role" || seen[s.Sid] {
				t.Errorf("%s has a statement without a name of its own: %+v", id, s)
			}
			seen[s.Sid] = true
		}
	})
}

// TestAbsent: kinds of resources and properties that must not be there.
func TestAbsent(t *testing.T) {
	for _, d := range []deployment{dev(t), prod(t), edge(t)} {
		for _, in := range []template{d.storage, d.api} {
			for id, r := range in.Resources {
				switch {
				case r.Type == "AWS::IAM::ManagedPolicy", r.Type == "AWS::IAM::User", r.Type == "AWS::IAM::AccessKey":
					t.Errorf("%s is a %s", id, r.Type)
				case r.Type == "AWS::IAM::Role" && (r.Properties["ManagedPolicyArns"] != nil || r.Properties["Policies"] != nil || r.Properties["RoleName"] != nil):
					t.Errorf("the role %s has managed or inline policies, or a fixed name", id)
				case strings.HasPrefix(r.Type, "Custom::") && r.Type != "Custom::EmptyBucket" && r.Type != "Custom::SigningKey":
					t.Errorf("%s is a custom resource that is not ours: %s", id, r.Type)
				case r.Type == "AWS::Lambda::Function" && r.Properties["Runtime"] != "provided.al2023":
					t.Errorf("the function %s runs on %v: it is not ours", id, r.Properties["Runtime"])
				case r.Type == "AWS::Lambda::Url", r.Type == "AWS::CDK::Metadata":
					t.Errorf("%s is a %s", id, r.Type)
				}
			}
			for _, secret := range []string{"AWS_SECRET", "PRIVATE KEY", "Password"} {
				if strings.Contains(string(in.raw), secret) {
					t.Errorf("a template says %s", secret)
				}
			}
		}
	}
}

// TestProdCannotBeEmptied: nothing in a stage that retains its data deletes it.
func TestProdCannotBeEmptied(t *testing.T) {
	d := prod(t)
	if ids := d.storage.ofType("Custom::EmptyBucket"); len(ids) > 0 {
		t.Errorf("prod empties its buckets: %v", ids)
	}
	d.documents(t, func(id string, r resource, statements []statement) {
		for _, s := range statements {
			if s.Effect == "Allow" && slices.Contains(s.Action, "s3:DeleteObjectVersion") && !strings.HasPrefix(id, "StorageRestoreRole") {
				t.Errorf("%s may delete versions", id)
			}
		}
	})
}

// TestNoPublicBucket: all four locks on both buckets, and owner enforced.
func TestNoPublicBucket(t *testing.T) {
	for _, d := range []deployment{dev(t), prod(t)} {
		for _, id := range d.storage.ofType("AWS::S3::Bucket") {
			p := d.storage.Resources[id].Properties
			want := map[string]any{"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}
			if got := p["PublicAccessBlockConfiguration"]; fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s blocks %v", id, got)
			}
			if got := fmt.Sprint(p["OwnershipControls"]); !strings.Contains(got, "BucketOwnerEnforced") {
				t.Errorf("%s has the ownership %s", id, got)
			}
			if p["AccessControl"] != nil || p["WebsiteConfiguration"] != nil {
				t.Errorf("%s has an ACL or is a website", id)
			}
		}
	}
}
