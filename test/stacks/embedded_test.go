package stacks_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// embedded is the copy that the binary carries for serve and provision, which
// need no Node.
var embedded = filepath.Join(root, "runtime", "provision", "template.json")

// TestEmbeddedTemplateIsCurrent holds the copy to the default stage's template.
func TestEmbeddedTemplateIsCurrent(t *testing.T) {
	want := bucketPart(t, dev(t).storage)
	if *update {
		if err := os.MkdirAll(filepath.Dir(embedded), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(embedded, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(embedded)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not the bucket part of the default stage's template (%v); write it with: go test ./test/stacks -run TestEmbeddedTemplateIsCurrent -update", embedded, err)
	}
}

// bucketPart returns the buckets of a template, their policies, and the outputs
// that refer to them, as JSON of one form. What they refer to beyond that, keys
// and roles, exists on AWS only.
func bucketPart(t *testing.T, whole template) []byte {
	t.Helper()
	var document struct {
		Resources map[string]map[string]any
		Outputs   map[string]map[string]any
	}
	if err := json.Unmarshal(whole.raw, &document); err != nil {
		t.Fatal(err)
	}
	for id, r := range document.Resources {
		if r["Type"] != "AWS::S3::Bucket" && r["Type"] != "AWS::S3::BucketPolicy" {
			delete(document.Resources, id)
		}
	}
	for _, r := range document.Resources {
		needs, _ := r["DependsOn"].([]any)
		needs = slices.DeleteFunc(needs, func(id any) bool { return document.Resources[id.(string)] == nil })
		if delete(r, "DependsOn"); len(needs) > 0 {
			r["DependsOn"] = needs
		}
	}
	for name, o := range document.Outputs {
		value, _ := o["Value"].(map[string]any)
		ref, _ := value["Ref"].(string)
		if document.Resources[ref] == nil || o["Export"] != nil {
			delete(document.Outputs, name)
		}
	}
	text, err := json.MarshalIndent(document, "", "  ") // keys of maps are sorted
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}
