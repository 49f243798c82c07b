package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// viewsIndex is the index that listings are read from. The DynamoDB engine of
// the catalog defines names and types of all attributes.
const viewsIndex = "views"

// newTable makes the catalog's table. It can be rebuilt from the bucket, but
// for the reasons of rejections, so it is kept where data is kept.
//
// Deletion protection refuses the deletion of a rollback, too, and the name is
// taken then. So a first deployment makes the table last of all: see makeLast.
func newTable(scope constructs.Construct, p platform, key awskms.IKey) awsdynamodb.Table {
	text := func(name string) *awsdynamodb.Attribute {
		return &awsdynamodb.Attribute{Name: jsii.String(name), Type: awsdynamodb.AttributeType_STRING}
	}
	table := awsdynamodb.NewTable(scope, jsii.String("Catalog"), &awsdynamodb.TableProps{
		TableName:                        jsii.String(p.names.table()),
		PartitionKey:                     text("space"),
		SortKey:                          text("key"),
		BillingMode:                      awsdynamodb.BillingMode_PAY_PER_REQUEST,
		TimeToLiveAttribute:              jsii.String("expires"),
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: jsii.Bool(true)},
		Encryption:                       awsdynamodb.TableEncryption_CUSTOMER_MANAGED,
		EncryptionKey:                    key,
		DeletionProtection:               jsii.Bool(p.settings.Retain),
		RemovalPolicy:                    p.keep,
	})
	table.AddGlobalSecondaryIndex(&awsdynamodb.GlobalSecondaryIndexProps{
		IndexName:      jsii.String(viewsIndex),
		PartitionKey:   text("view"),
		SortKey:        text("key"),
		ProjectionType: awsdynamodb.ProjectionType_ALL,
	})
	return table
}

// makeLast lets the table be made when all else of the API is there. A first
// deployment that fails elsewhere has made no table yet, and can be repeated.
func makeLast(api API) {
	for _, other := range *api.Construct.Node().Children() {
		if *other.Node().Id() != *api.Table.Node().Id() {
			api.Table.Node().AddDependency(other)
		}
	}
}
