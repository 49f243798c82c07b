package provision

import (
	_ "embed" // the default template
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// templateFile is as much of a CloudFormation template as matters here.
type templateFile struct {
	Parameters map[string]parameter
	Conditions map[string]any
	Resources  map[string]resource
	Outputs    map[string]struct{ Value any }
}

type resource struct {
	Type       string
	Properties map[string]any
}

// Default returns the template of the default stage, or as much of it as
// matters here, so that neither Node nor the CDK is needed to read it.
func Default() []byte { return slices.Clone(defaultTemplate) }

//go:embed template.json
var defaultTemplate []byte

// Read works out what a template (JSON) asks of its bucket for files, the one
// that the output named Bucket refers to, and of the AWS::S3::BucketPolicy on
// it. Intrinsic functions are resolved by values; what cannot be is listed in
// Settings.Unresolved, never guessed. Where the policy speaks of the bucket by
// the name that it has on AWS, it gets the name of the values. A property that
// Read does not understand is an error that names it.
func Read(template []byte, values Values) (Settings, error) {
	var t templateFile
	if err := json.Unmarshal(template, &t); err != nil {
		return Settings{}, fmt.Errorf("provision: the template is not a JSON document of CloudFormation: %w", err)
	}
	id, err := t.bucket()
	if err != nil {
		return Settings{}, err
	}
	r := &resolver{template: t, values: values, bucketID: id}
	var s Settings
	for _, name := range slices.Sorted(maps.Keys(t.Resources[id].Properties)) {
		if err := r.property(&s, name, t.Resources[id].Properties[name]); err != nil {
			return Settings{}, fmt.Errorf("provision: Resources.%s.Properties.%w", id, err)
		}
	}
	if err := r.policies(&s); err != nil {
		return Settings{}, err
	}
	return s, nil
}

// property takes one property of the bucket into s.
func (r *resolver) property(s *Settings, name string, value any) error {
	if name == "BucketName" {
		if got, ok := r.resolve(name, value).(string); ok && len(r.take("")) == 0 {
			s.Bucket = got
		}
		return nil
	}
	parse, ok := parsers()[name]
	if !ok {
		if !strings.HasPrefix(name, "BucketName") { // prefix and namespace only make up the name
			s.Elsewhere = append(s.Elsewhere, name)
		}
		return nil
	}
	resolved := r.resolve(name, value)
	s.Unresolved = append(s.Unresolved, r.take(parse.setting)...)
	if resolved == (noValue{}) {
		return nil
	}
	plain, err := json.Marshal(resolved)
	if err != nil {
		return err
	}
	if err := parse.into(s, plain); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// take returns what was found unresolved since the last call, as part of setting.
func (r *resolver) take(setting string) []Unresolved {
	got := r.unknown
	r.unknown = nil
	for i := range got {
		got[i].Setting = setting
	}
	return got
}

// policies takes the statements of every policy on the bucket into s.
func (r *resolver) policies(s *Settings) error {
	for _, id := range slices.Sorted(maps.Keys(r.template.Resources)) {
		res := r.template.Resources[id]
		if res.Type != "AWS::S3::BucketPolicy" || refersTo(res.Properties["Bucket"]) != r.bucketID {
			continue
		}
		document, _ := r.rename(r.resolve("PolicyDocument", res.Properties["PolicyDocument"])).(map[string]any)
		s.Unresolved = append(s.Unresolved, r.take(policyName)...)
		statements, ok := document["Statement"].([]any)
		if !ok {
			return fmt.Errorf("provision: Resources.%s.Properties.PolicyDocument.Statement is not a list", id)
		}
		for i, item := range statements {
			statement, ok := item.(map[string]any)
			if !ok {
				return fmt.Errorf("provision: Resources.%s.Properties.PolicyDocument.Statement[%d] is not an object", id, i)
			}
			s.Policy = append(s.Policy, statement)
		}
	}
	return nil
}

// rename returns v with the bucket's name on AWS, in its ARNs, replaced by the
// one that it has on the store.
func (r *resolver) rename(v any) any {
	switch v := v.(type) {
	case string:
		own := "arn:aws:s3:::" + r.nameOnAWS()
		if rest, ok := strings.CutPrefix(v, own); ok && r.values.Bucket != "" && (rest == "" || rest[0] == '/') {
			return "arn:aws:s3:::" + r.values.Bucket + rest
		}
	case []any:
		for i := range v {
			v[i] = r.rename(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = r.rename(v[name])
		}
	}
	return v
}

// NameOnAWS returns the name that the template's bucket has on AWS, as far as
// values say it.
func NameOnAWS(template []byte, values Values) (string, error) {
	var t templateFile
	if err := json.Unmarshal(template, &t); err != nil {
		return "", fmt.Errorf("provision: the template is not a JSON document of CloudFormation: %w", err)
	}
	id, err := t.bucket()
	if err != nil {
		return "", err
	}
	return (&resolver{template: t, values: values, bucketID: id}).nameOnAWS(), nil
}

// nameOnAWS returns the name that the bucket gets on AWS: its own, or, in the
// account's regional namespace, one made of prefix, account and region
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html).
func (r *resolver) nameOnAWS() string {
	probe := resolver{template: r.template, values: r.values, bucketID: r.bucketID}
	properties := r.template.Resources[r.bucketID].Properties
	if name, ok := probe.resolve("", properties["BucketName"]).(string); ok {
		return name
	}
	prefix := probe.resolve("", properties["BucketNamePrefix"])
	return fmt.Sprintf("%v-%v-%v-an", prefix, probe.ref("", "AWS::AccountId"), probe.ref("", "AWS::Region"))
}

// bucket returns the logical ID of the bucket that holds the files: the one of
// the output Bucket, or the only one.
func (t templateFile) bucket() (string, error) {
	var found []string
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		if t.Resources[id].Type == bucketType {
			found = append(found, id)
		}
	}
	if id := refersTo(t.Outputs[bucketOutput].Value); slices.Contains(found, id) {
		return id, nil
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", errNoBucket
	}
	return "", fmt.Errorf("provision: the template has several buckets (%s); give it an output %s that refers to the one for files", strings.Join(found, ", "), bucketOutput)
}

const (
	bucketType   = "AWS::S3::Bucket"
	bucketOutput = "Bucket"
)

// refersTo returns the logical ID that a Ref names, or "".
func refersTo(v any) string {
	m, _ := v.(map[string]any)
	id, _ := m["Ref"].(string)
	return id
}
