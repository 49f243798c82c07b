package stacks

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/bytepass/bytepass/stacks/settings"
)

// APIProps says what NewAPI makes.
type APIProps struct {
	// Settings are those of the storage.
	Settings settings.Settings
	// Binaries is the folder that holds <function>/bootstrap, as package build
	// leaves it.
	Binaries string
	Storage  Storage
}

// API is what answers requests and keeps the catalog.
type API struct {
	// Construct is the parent of all of them.
	Construct constructs.Construct
	HTTP      awsapigatewayv2.HttpApi
	Upload    awslambda.Function
	Files     awslambda.Function
	Restore   awslambda.Function
	Ingest    awslambda.Function
	Table     awsdynamodb.Table
	Identity  Identity
	// Events waits for Ingest; DeadLetters holds what it could not take.
	Events      awssqs.Queue
	DeadLetters awssqs.Queue
}

// NewAPI makes the API of a storage, in the same stack or another one of the
// same account and region. Settings that are not the storage's are an error of
// the CDK's on the construct, in one line that names them: it deploys nothing.
func NewAPI(scope constructs.Construct, id string, props APIProps) API {
	this := constructs.NewConstruct(scope, jsii.String(id))
	s := props.Storage.settings
	if different := props.Settings.Differences(s); len(different) > 0 {
		awscdk.Annotations_Of(this).AddError(jsii.String(fmt.Sprintf(
			"its storage was made with other settings: %s; give NewStorage and NewAPI the same", strings.Join(different, ", "))))
	}
	p := platform{
		names: names{s.Name()}, settings: s, binaries: props.Binaries,
		logKey: props.Storage.ServiceKey, keep: removal(s),
	}
	api := API{
		Construct: this, Table: newTable(this, p, props.Storage.ServiceKey),
		Identity: newIdentity(this, p),
	}
	newFunctions(&api, p, props.Storage)
	newIngest(&api, p, props.Storage)
	newHTTPAPI(&api, p)
	makeLast(api)
	return api
}
