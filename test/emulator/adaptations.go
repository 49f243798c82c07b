package emulator

import "reflect"

// An adaptation changes one resource in the copy of the templates that is
// deployed to the emulator, or takes it out, because the emulator cannot do what
// it says.
type adaptation struct {
	name   string
	reason string
	// removes are the types of resources that are taken out. Nothing else may
	// refer to them.
	removes []string
	// apply changes a resource, or what the template says of it elsewhere, and
	// reports whether it was concerned; nil concerns none.
	apply func(template map[string]any, r resource) bool
}

// adaptations are all that the deployed copy differs in from what is deployed
// to AWS. A test checks that each is needed by the templates as they are.
func adaptations() []adaptation {
	return []adaptation{
		{
			name:   "bucket name",
			reason: "the emulator ignores the name's prefix and namespace and makes up a name; the policies name the bucket by the computed one",
			apply:  setBucketName,
		},
		{
			name:   "user pool's URL",
			reason: "the emulator's CloudFormation knows no ProviderURL of a user pool, though its tokens bear it",
			apply:  spellProviderURL,
		},
		{
			name:    "no edge logs",
			reason:  "the emulator refuses a template with these types, and its CloudFront writes no logs",
			removes: []string{"AWS::Logs::DeliverySource", "AWS::Logs::DeliveryDestination", "AWS::Logs::Delivery"},
		},
		{
			name:    "no trail",
			reason:  "the emulator refuses a template with this type, and its CloudTrail records no access to objects",
			removes: []string{"AWS::CloudTrail::Trail"},
		},
	}
}

// setBucketName gives a bucket in the account-regional namespace the name that
// S3 would give it: <prefix>-<account>-<region>-an
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html).
func setBucketName(_ map[string]any, r resource) bool {
	prefix, ok := r.properties["BucketNamePrefix"]
	if r.kind != "AWS::S3::Bucket" || !ok {
		return false
	}
	delete(r.properties, "BucketNamePrefix")
	delete(r.properties, "BucketNamespace")
	ref := func(name string) any { return map[string]any{"Ref": name} }
	r.properties["BucketName"] = map[string]any{"Fn::Join": []any{"-", []any{prefix, ref("AWS::AccountId"), ref("AWS::Region"), "an"}}}
	return true
}

// spellProviderURL puts the URL of a user pool where the template asks for it:
// https://cognito-idp.<region>.amazonaws.com/<pool>
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpool.html).
func spellProviderURL(template map[string]any, r resource) bool {
	if r.kind != "AWS::Cognito::UserPool" {
		return false
	}
	asked := []any{r.id, "ProviderURL"}
	url := []any{"https://cognito-idp.", map[string]any{"Ref": "AWS::Region"}, ".amazonaws.com/", map[string]any{"Ref": r.id}}
	found := false
	var spell func(v any)
	spell = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				spell(item)
			}
		case map[string]any:
			if reflect.DeepEqual(v["Fn::GetAtt"], asked) {
				delete(v, "Fn::GetAtt")
				v["Fn::Join"] = []any{"", url}
				found = true
				return
			}
			for _, item := range v {
				spell(item)
			}
		}
	}
	spell(template)
	return found
}
