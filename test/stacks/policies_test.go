package stacks_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/stacks/settings"
)

// statement is one statement of a policy, resolved.
type statement struct {
	Sid       string         `json:",omitempty"`
	Effect    string         `json:",omitempty"`
	Principal any            `json:",omitempty"`
	Action    []string       `json:",omitempty"`
	Resource  []string       `json:",omitempty"`
	Condition map[string]any `json:",omitempty"`
}

// statements are those of a policy document in a template.
func (d deployment) statements(t *testing.T, document any) []statement {
	t.Helper()
	resolved := d.resolve(t, document).(map[string]any)
	if resolved["Version"] != "2012-10-17" {
		t.Errorf("a policy has the version %v", resolved["Version"])
	}
	var all []statement
	for _, s := range resolved["Statement"].([]any) {
		s := s.(map[string]any)
		for _, never := range []string{"NotAction", "NotResource", "NotPrincipal"} {
			if s[never] != nil {
				t.Errorf("the statement %v uses %s", s["Sid"], never)
			}
		}
		condition, _ := s["Condition"].(map[string]any)
		sid, _ := s["Sid"].(string)
		all = append(all, statement{
			Sid: sid, Effect: s["Effect"].(string), Principal: s["Principal"],
			Action: list(s["Action"]), Resource: list(s["Resource"]), Condition: condition,
		})
	}
	return all
}

// rights are the statements of a role's policies.
func (d deployment) rights(t *testing.T, role string) []statement {
	t.Helper()
	var all []statement
	for _, id := range d.storage.ofType("AWS::IAM::Policy") {
		p := d.storage.Resources[id].Properties
		if slices.Contains(list(d.resolve(t, p["Roles"])), role) {
			all = append(all, d.statements(t, p["PolicyDocument"])...)
		}
	}
	return all
}

// role returns the logical id of a role by the name of its construct.
func (d deployment) role(t *testing.T, name string) string {
	t.Helper()
	return d.only(t, d.storage, "AWS::IAM::Role", "Storage"+name+"Role")
}

// only returns the logical id of the one resource of a type whose construct's
// path is path; the CDK adds eight characters.
func (d deployment) only(t *testing.T, in template, kind, path string) string {
	t.Helper()
	var found []string
	for _, id := range in.ofType(kind) {
		if len(id) == len(path)+8 && strings.HasPrefix(id, path) {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d resources of type %s are called %s: %v", len(found), kind, path, found)
	}
	return found[0]
}

// lines writes statements as one line for each action and resource, sorted,
// with short names for what is always the same.
func (d deployment) lines(t *testing.T, all []statement) []string {
	t.Helper()
	short := d.shortNames(t)
	var lines []string
	for _, s := range all {
		for _, action := range s.Action {
			for _, resource := range s.Resource {
				line := s.Effect + " " + action + " on " + resource
				if len(s.Condition) > 0 {
					condition, err := json.Marshal(s.Condition)
					if err != nil {
						t.Fatal(err)
					}
					line += " if " + string(condition)
				}
				lines = append(lines, short.Replace(line))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func (d deployment) shortNames(t *testing.T) *strings.Replacer {
	t.Helper()
	names := map[string]string{}
	for name, id := range map[string]string{"OBJECT-KEY": "ObjectKey", "SERVICE-KEY": "ServiceKey"} {
		names[d.attribute(t, d.only(t, d.storage, "AWS::KMS::Key", "Storage"+id), "Arn")] = name
	}
	for _, role := range []string{"UploadSigner", "DownloadSigner", "LogReader"} {
		if role == "DownloadSigner" && d.settings.Delivery == settings.CloudFront {
			continue // there is none
		}
		names[d.attribute(t, d.role(t, role), "Arn")] = "role " + role
	}
	for _, id := range d.storage.ofType("AWS::CloudFront::Distribution") {
		names["arn:aws:cloudfront::"+account+":distribution/"+id] = "DISTRIBUTION"
	}
	for _, id := range d.storage.ofType("AWS::SecretsManager::Secret") {
		names[d.attribute(t, id, "Id")] = "SECRET"
	}
	names["arn:aws:s3:::"+d.settings.Name()+"-logs-"+account+"-"+region+"-an"] = "LOGS"
	names["arn:aws:s3:::"+d.settings.Name()+"-"+account+"-"+region+"-an"] = "BUCKET"
	names["arn:aws:dynamodb:"+region+":"+account+":table/"+d.settings.Name()+"-catalog"] = "TABLE"
	names["arn:aws:sqs:"+region+":"+account+":"+d.settings.Name()+"-ingest"] = "QUEUE"
	names["arn:aws:logs:"+region+":"+account+":log-group:/"+d.settings.Name()+"/"] = "LOGS OF "
	var pairs []string
	for _, long := range slices.SortedFunc(maps.Keys(names), func(a, b string) int { return len(b) - len(a) }) {
		pairs = append(pairs, long, names[long])
	}
	return strings.NewReplacer(pairs...)
}

// compare reports what is missing and what is too much.
func compare(t *testing.T, what string, got, want []string) {
	t.Helper()
	want = slices.Sorted(slices.Values(want))
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("%s lacks\n\t%s", what, line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("%s has, unasked\n\t%s", what, line)
		}
	}
	if !t.Failed() && fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s says something twice: %v", what, got)
	}
}
