package stacks_test

import (
	"path/filepath"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/bytepass/bytepass/stacks"
	"github.com/bytepass/bytepass/stacks/settings"
)

// TestInAnotherApp: another team puts both constructs into one stack of its
// own, beside its own things, as stacks/README.md shows.
func TestInAnotherApp(t *testing.T) {
	s, err := settings.Read(map[string]any{"bytepass": map[string]any{"stage": "prod", "issuer": "https://login.example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	context := cdkContext()
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Context: &context, Outdir: &dir})
	stack := awscdk.NewStack(app, jsii.String("Theirs"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)},
	})
	storage := stacks.NewStorage(stack, "Files", stacks.StorageProps{Settings: s})
	api := stacks.NewAPI(stack, "FilesApi", stacks.APIProps{Settings: s, Binaries: binaries, Storage: storage})
	awscdk.NewCfnOutput(stack, jsii.String("Url"), &awscdk.CfnOutputProps{Value: api.HTTP.ApiEndpoint()})
	app.Synth(nil)

	theirs := readTemplate(t, filepath.Join(dir, "Theirs.template.json"))
	for kind, want := range map[string]int{"AWS::S3::Bucket": 2, "AWS::Lambda::Function": 4, "AWS::ApiGatewayV2::Api": 1, "AWS::DynamoDB::Table": 1, "AWS::IAM::Policy": 7} {
		if got := len(theirs.ofType(kind)); got != want {
			t.Errorf("the stack has %d of %s, not %d", got, kind, want)
		}
	}
}
