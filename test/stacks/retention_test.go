package stacks_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pinned are the resources whose replacement loses data, by logical id, with
// the properties that CloudFormation cannot change in place. An id or property
// that differs from this replaces the resource in every deployment there is.
var pinned = map[string]string{
	"StorageBucket5CB7C8EA":     `{"BucketNamePrefix":"%s","BucketNamespace":"account-regional"}`,
	"StorageLogBucket7C8550DC":  `{"BucketNamePrefix":"%s-logs","BucketNamespace":"account-regional"}`,
	"StorageObjectKey6AC6D513":  `{}`,
	"StorageServiceKeyF45D3044": `{}`,
	"ApiCatalog17888A87":        `{"KeySchema":[{"AttributeName":"space","KeyType":"HASH"},{"AttributeName":"key","KeyType":"RANGE"}],"TableName":"%s-catalog"}`,
}

// createOnly are the create-only properties of their types (CloudFormation
// template reference, "Update requires: Replacement").
var createOnly = map[string][]string{
	"AWS::S3::Bucket":      {"BucketName", "BucketNamePrefix", "BucketNamespace", "ObjectLockEnabled"},
	"AWS::KMS::Key":        {"KeySpec", "KeyUsage", "MultiRegion", "Origin"},
	"AWS::DynamoDB::Table": {"KeySchema", "LocalSecondaryIndexes", "TableName", "ImportSourceSpecification"},
}

func TestWhatHoldsDataIsNeverReplaced(t *testing.T) {
	for _, d := range []deployment{dev(t), prod(t)} {
		for id, want := range pinned {
			r := d.find(t, id)
			fixed := map[string]any{}
			for _, property := range createOnly[r.Type] {
				if v := r.Properties[property]; v != nil {
					fixed[property] = v
				}
			}
			got, err := json.Marshal(fixed)
			if err != nil {
				t.Fatal(err)
			}
			if want := replaceName(want, d.settings.Name()); string(got) != want {
				t.Errorf("%s of %s would be replaced: %s, it was %s", id, d.settings.Name(), got, want)
			}
		}
		for _, in := range []template{d.storage, d.api} {
			for kind := range createOnly {
				for _, id := range in.ofType(kind) {
					if _, ok := pinned[id]; !ok {
						t.Errorf("%s holds data and is not pinned here", id)
					}
				}
			}
		}
	}
}

func replaceName(text, name string) string {
	if text == "{}" {
		return text
	}
	return fmt.Sprintf(text, name)
}

// TestRetention: prod keeps what holds data and dev keeps nothing.
func TestRetention(t *testing.T) {
	for _, test := range []struct {
		d                     deployment
		deletion, replacement string
		protected             bool
	}{
		{dev(t), "Delete", "Delete", false},
		{prod(t), "RetainExceptOnCreate", "Retain", true},
	} {
		stage := test.d.settings.Stage
		for id := range pinned {
			if r := test.d.find(t, id); r.DeletionPolicy != test.deletion || r.UpdateReplacePolicy != test.replacement {
				t.Errorf("%s of %s: on deletion %s, on replacement %s", id, stage, r.DeletionPolicy, r.UpdateReplacePolicy)
			}
		}
		if got := test.d.find(t, "ApiCatalog17888A87").Properties["DeletionProtectionEnabled"]; got != test.protected {
			t.Errorf("the catalog of %s is protected: %v", stage, got)
		}
		for name, protected := range terminationProtection(t, test.d) {
			if protected != test.protected {
				t.Errorf("the stack %s is protected: %v", name, protected)
			}
		}
	}
}

// TestFirstDeploymentCanBeRepeated: the table, which a rollback could not
// delete and whose name would then be taken, is made when all else of its stack
// is there.
func TestFirstDeploymentCanBeRepeated(t *testing.T) {
	for _, d := range []deployment{prod(t), userPool(t, "prod")} {
		for id := range d.api.Resources {
			if !dependsOn(d.api, "ApiCatalog17888A87", id, map[string]bool{}) {
				t.Errorf("%s may fail when the table is already there", id)
			}
			if id != "ApiCatalog17888A87" && dependsOn(d.api, id, "ApiCatalog17888A87", map[string]bool{}) {
				t.Errorf("%s waits for the table", id)
			}
		}
	}
}

// TestSettingsCanGoThereAndBack: what comes and goes with a setting on a stage
// that retains its data leaves nothing behind whose name is taken when it comes
// back.
func TestSettingsCanGoThereAndBack(t *testing.T) {
	plain := prod(t)
	for _, with := range []deployment{
		userPool(t, "prod"),
		synth(t, map[string]any{"delivery": "cloudfront", "cloudTrail": "true", "stage": "prod", "issuer": "https://login.example.org", "origins": "https://app.example.org"}),
	} {
		for _, in := range []struct{ with, without template }{{with.storage, plain.storage}, {with.api, plain.api}} {
			for id, r := range in.with.Resources {
				if _, stays := in.without.Resources[id]; stays || r.DeletionPolicy == "" || r.DeletionPolicy == "Delete" {
					continue
				}
				// The people of a pool are kept, and its name may be there twice.
				if r.Type != "AWS::Cognito::UserPool" {
					t.Errorf("%s (%s) would stay behind and be in the way", id, r.Type)
				}
			}
		}
	}
}

// TestRetainedCanBeImported: what is retained refers to nothing else of its
// stack, so that a template of it alone, as stacks/README.md makes it, resolves.
func TestRetainedCanBeImported(t *testing.T) {
	d := userPool(t, "prod")
	for _, in := range []template{d.storage, d.api} {
		retained := map[string]bool{}
		for id, r := range in.Resources {
			retained[id] = strings.HasPrefix(r.DeletionPolicy, "Retain")
		}
		for id, r := range in.Resources {
			for _, on := range references(r.Properties) {
				if _, ours := in.Resources[on]; retained[id] && ours && !retained[on] {
					t.Errorf("%s refers to %s, which is not retained", id, on)
				}
			}
		}
	}
}

// terminationProtection reads from the assembly which stacks are protected.
func terminationProtection(t *testing.T, d deployment) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(d.dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Artifacts map[string]struct {
			Type       string
			Properties struct{ TerminationProtection bool }
		}
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	stacks := map[string]bool{}
	for name, artifact := range manifest.Artifacts {
		if artifact.Type == "aws:cloudformation:stack" {
			stacks[name] = artifact.Properties.TerminationProtection
		}
	}
	if len(stacks) != 2 {
		t.Fatalf("the assembly has %d stacks", len(stacks))
	}
	return stacks
}

// TestDestroyOrder: what dev deletes, it deletes in an order that works.
// CloudFormation deletes a resource before those that it depends on.
func TestDestroyOrder(t *testing.T) {
	d := dev(t)
	emptied := d.only(t, d.storage, "Custom::EmptyBucket", "StorageEmptyBucketOnDelete")
	logsEmptied := d.only(t, d.storage, "Custom::EmptyBucket", "StorageEmptyLogBucket")
	logPolicy := d.only(t, d.storage, "AWS::S3::BucketPolicy", "StorageLogBucketPolicy")
	for _, order := range []struct{ first, then, why string }{
		{d.role(t, "UploadSigner"), emptied, "a URL could still put an object"},
		{emptied, "StorageBucket5CB7C8EA", "S3 deletes no bucket that holds something"},
		{"StorageBucket5CB7C8EA", logPolicy, "S3 could still log"},
		{logPolicy, logsEmptied, "S3 could still deliver logs"},
		{logsEmptied, "StorageLogBucket7C8550DC", "S3 deletes no bucket that holds something"},
		{emptied, d.only(t, d.storage, "AWS::IAM::Policy", "StorageEmptyBucketRoleRights"), "the function would have no rights left"},
	} {
		if !dependsOn(d.storage, order.first, order.then, map[string]bool{}) {
			t.Errorf("%s is not deleted before %s: %s", order.first, order.then, order.why)
		}
	}
}

// dependsOn reports whether a resource depends on another one, by whatever way.
func dependsOn(in template, from, on string, seen map[string]bool) bool {
	if from == on {
		return true
	}
	if seen[from] {
		return false
	}
	seen[from] = true
	r := in.Resources[from]
	for _, next := range append(references(r.Properties), r.DependsOn...) {
		if dependsOn(in, next, on, seen) {
			return true
		}
	}
	return false
}

// references are the logical ids that a value refers to.
func references(v any) []string {
	var all []string
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			all = append(all, references(item)...)
		}
	case map[string]any:
		if id, ok := v["Ref"].(string); ok {
			return []string{id}
		}
		if pair, ok := v["Fn::GetAtt"].([]any); ok {
			return []string{pair[0].(string)}
		}
		for _, item := range v {
			all = append(all, references(item)...)
		}
	}
	return all
}
