package stacks

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/bytepass/bytepass/stacks/settings"
)

// New makes the stacks of one deployment: <prefix>-<stage>-storage and
// <prefix>-<stage>-api. Binaries is the folder that holds <function>/bootstrap,
// as package build leaves it.
func New(app constructs.Construct, s settings.Settings, binaries string) (Storage, API) {
	storageStack := newStack(app, s, "storage", "Bytepass: bucket, keys and roles")
	storage := NewStorage(storageStack, "Storage", StorageProps{Settings: s, Binaries: binaries})
	output(storageStack, "Bucket", "The bucket that holds the objects", storage.Bucket.BucketName())
	output(storageStack, "LogBucket", "Where its access logs are", storage.LogBucket.BucketName())
	output(storageStack, "LogReaderRole", "The role that may read them", storage.Roles.LogReader.RoleArn())
	output(storageStack, "ObjectKey", "The key that encrypts the objects", storage.ObjectKey.KeyArn())
	if d := storage.Delivery; d != nil {
		output(storageStack, "DownloadDomain", "Where downloads come from", d.Domain)
		output(storageStack, "DistributionDomain", "What the DNS record of a domain of your own has to point to", d.Distribution.AttrDomainName())
		output(storageStack, "Distribution", "The distribution of the downloads", jsii.String(d.arn()))
		output(storageStack, "SigningKeyFunction", "Makes and rotates the key of the download URLs", d.SigningKey.FunctionName())
		output(storageStack, "SigningKeySecret", "The secret that holds it", d.SecretARN)
	}

	apiStack := newStack(app, s, "api", "Bytepass: HTTP API, functions and catalog")
	api := NewAPI(apiStack, "Api", APIProps{Settings: s, Binaries: binaries, Storage: storage})
	output(apiStack, "ApiUrl", "Where clients ask for URLs", api.HTTP.ApiEndpoint())
	output(apiStack, "BucketName", "Where they send their bytes", jsii.String(names{s.Name()}.bucket()))
	output(apiStack, "Region", "The bucket's region", awscdk.Aws_REGION())
	output(apiStack, "Issuer", "Whose tokens the API accepts", api.Identity.Issuer)
	output(apiStack, "Audience", "For whom they must be: the client's id", awscdk.Fn_Join(jsii.String(","), jsii.Strings(api.Identity.Audience...)))
	if api.Identity.Pool != nil {
		output(apiStack, "UserPool", "The people who have files", api.Identity.Pool.Ref())
		output(apiStack, "LoginUrl", "Where they sign in", api.Identity.Login)
		output(apiStack, "Scopes", "What applications ask for at the login", jsii.String(strings.Join(api.Identity.Scopes, " ")))
	}
	output(apiStack, "CatalogTable", "The table of the catalog", api.Table.TableName())
	output(apiStack, "DeadLetterQueue", "Events that could not be taken", api.DeadLetters.QueueUrl())

	if s.Identity == settings.OIDC && s.ExampleIssued() {
		awscdk.Annotations_Of(apiStack).AddWarningV2(jsii.String("bytepass:exampleIssuer"), jsii.String(
			"the setting issuer is still the example of cdk.json: set it to your OIDC issuer before you deploy, such as -c bytepass:issuer=https://login.example.com"))
	}
	return storage, api
}

// mayGo lets a resource leave its stack although another stack still refers to
// it: what one delivery has and the other has not would otherwise block the
// change of that setting, which updates the storage first.
func mayGo(resource constructs.IConstruct) {
	awscdk.CrossStackReferences_Of(resource).Produce(awscdk.ReferenceStrength_WEAK)
}

func newStack(app constructs.Construct, s settings.Settings, part, description string) awscdk.Stack {
	tags := map[string]*string{"app": jsii.String("bytepass"), "stage": jsii.String(s.Stage)}
	for name, value := range s.Tags {
		tags[name] = jsii.String(value)
	}
	stack := awscdk.NewStack(app, jsii.String(s.Name()+"-"+part), &awscdk.StackProps{
		Description:           jsii.String(description + " (" + s.Stage + ")"),
		TerminationProtection: jsii.Bool(s.Retain),
		Tags:                  &tags,
	})
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		awscdk.Tags_Of(stack).Add(jsii.String(name), tags[name], nil)
	}
	return stack
}

func output(stack awscdk.Stack, name, description string, value *string) {
	awscdk.NewCfnOutput(stack, jsii.String(name), &awscdk.CfnOutputProps{Value: value, Description: jsii.String(description)})
}
