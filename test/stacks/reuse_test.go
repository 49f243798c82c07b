package stacks_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/bytepass/bytepass/stacks"
	"github.com/bytepass/bytepass/stacks/settings"
)

// inAnotherApp is the template of another team, which puts both constructs into
// one stack of its own, beside its own things, as stacks/README.md shows. It is
// made once.
func inAnotherApp(t *testing.T) (file string) {
	t.Helper()
	theirsOnce.Do(func() { theirs = synthInAnotherApp(t) })
	return theirs
}

var (
	theirsOnce sync.Once
	theirs     string
)

func synthInAnotherApp(t *testing.T) (file string) {
	t.Helper()
	s, err := settings.Read(map[string]any{"bytepass": map[string]any{"stage": "prod", "issuer": "https://login.example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	context := cdkContext()
	dir := filepath.Join(assemblies, "theirs")
	app := awscdk.NewApp(&awscdk.AppProps{Context: &context, Outdir: &dir})
	stack := awscdk.NewStack(app, jsii.String("Theirs"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)},
	})
	storage := stacks.NewStorage(stack, "Files", stacks.StorageProps{Settings: s})
	api := stacks.NewAPI(stack, "FilesApi", stacks.APIProps{Settings: s, Binaries: binaries, Storage: storage})
	awscdk.NewCfnOutput(stack, jsii.String("Url"), &awscdk.CfnOutputProps{Value: api.HTTP.ApiEndpoint()})
	app.Synth(nil)
	return filepath.Join(dir, "Theirs.template.json")
}

func TestInAnotherApp(t *testing.T) {
	theirs := readTemplate(t, inAnotherApp(t))
	for kind, want := range map[string]int{"AWS::S3::Bucket": 2, "AWS::Lambda::Function": 4, "AWS::ApiGatewayV2::Api": 1, "AWS::DynamoDB::Table": 1, "AWS::IAM::Policy": 7} {
		if got := len(theirs.ofType(kind)); got != want {
			t.Errorf("the stack has %d of %s, not %d", got, kind, want)
		}
	}
}

// TestSettingsOfStorageAndAPI: an API of other settings than its storage's says
// in one line which they are, and the CDK deploys no stack that says so.
func TestSettingsOfStorageAndAPI(t *testing.T) {
	dir := t.TempDir()
	stack := awscdk.NewStack(awscdk.NewApp(&awscdk.AppProps{Outdir: &dir}), jsii.String("Theirs"), nil)
	s, err := settings.Read(map[string]any{"bytepass": map[string]any{"issuer": "https://login.example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	storage := stacks.NewStorage(stack, "Files", stacks.StorageProps{Settings: s, Binaries: binaries})
	other := s
	other.Delivery, other.MaxSize = settings.CloudFront, 1
	api := stacks.NewAPI(stack, "FilesApi", stacks.APIProps{Settings: other, Binaries: binaries, Storage: storage})
	var said []string
	for _, entry := range *api.Construct.Node().Metadata() {
		if *entry.Type == "aws:cdk:error" {
			said = append(said, fmt.Sprint(entry.Data))
		}
	}
	if got := strings.Join(said, "\n"); !strings.Contains(got, "other settings: maxSize, delivery; give") || strings.Contains(got, "\n") {
		t.Errorf("the API says %q", got)
	}
}
