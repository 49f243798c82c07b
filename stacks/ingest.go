package stacks

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/bytepass/bytepass/runtime/env"
)

const (
	ingestSeconds = 30
	// A message that failed comes back after this; AWS asks for six times the
	// function's timeout (Lambda developer guide, "Using Lambda with Amazon SQS").
	ingestRetrySeconds = 6 * ingestSeconds
	ingestTries        = 5
	ingestBatch        = 10
	eventRetentionDays = 14
)

// newIngest makes the way of S3's events to the catalog: EventBridge, a queue,
// and the function that takes them from there. A message that fails alone
// comes back alone; after ingestTries it goes to the dead letters, and so does
// what EventBridge could not deliver.
func newIngest(api *API, p platform, storage Storage) {
	queue := func(id, name string, dead *awssqs.DeadLetterQueue, source *awssqs.RedriveAllowPolicy) awssqs.Queue {
		q := awssqs.NewQueue(api.Construct, jsii.String(id), &awssqs.QueueProps{
			QueueName:           jsii.String(name),
			EncryptionMasterKey: storage.ServiceKey,
			DataKeyReuse:        awscdk.Duration_Minutes(jsii.Number(5)),
			RetentionPeriod:     awscdk.Duration_Days(jsii.Number(eventRetentionDays)),
			VisibilityTimeout:   awscdk.Duration_Seconds(jsii.Number(ingestRetrySeconds)),
			DeadLetterQueue:     dead,
			RedriveAllowPolicy:  source,
		})
		q.AddToResourcePolicy(statement{
			sid: "TLSOnly", deny: true, principals: anyone(), actions: []string{"sqs:*"}, resources: []string{*q.QueueArn()},
			when: conditions{"Bool": {"aws:SecureTransport": "false"}},
		}.build())
		q.AddToResourcePolicy(statement{
			sid: "EventsOfTheBucket", principals: []awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), nil)},
			actions: []string{"sqs:SendMessage"}, resources: []string{*q.QueueArn()},
			when: conditions{"ArnEquals": {"aws:SourceArn": p.names.ruleARN()}},
		}.build())
		return q
	}
	api.DeadLetters = queue("DeadLetters", p.names.deadLetters(), nil, &awssqs.RedriveAllowPolicy{
		RedrivePermission: awssqs.RedrivePermission_BY_QUEUE,
		SourceQueues:      &[]awssqs.IQueue{awssqs.Queue_FromQueueArn(api.Construct, jsii.String("EventsByName"), jsii.String(p.names.queueARN()))},
	})
	api.Events = queue("Events", p.names.queue(), &awssqs.DeadLetterQueue{Queue: api.DeadLetters, MaxReceiveCount: jsii.Number(ingestTries)}, nil)

	rule := awsevents.NewCfnRule(api.Construct, jsii.String("ObjectEvents"), &awsevents.CfnRuleProps{
		Name:        jsii.String(p.names.rule()),
		Description: jsii.String("Something happened to an object of the bucket"),
		EventPattern: map[string]any{
			"source":      []string{"aws.s3"},
			"detail-type": []string{"Object Created", "Object Deleted"},
			"detail":      map[string]any{"bucket": map[string]any{"name": []string{p.names.bucket()}}},
		},
		Targets: &[]*awsevents.CfnRule_TargetProperty{{
			Id: jsii.String("ingest"), Arn: api.Events.QueueArn(),
			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: api.DeadLetters.QueueArn()},
		}},
	})
	// Nothing is sent before it is allowed.
	rule.Node().AddDependency(api.Events.Node().FindChild(jsii.String("Policy")), api.DeadLetters.Node().FindChild(jsii.String("Policy")))

	api.Ingest = p.newFunction(api.Construct, "Ingest", function{
		name: fnIngest, description: "Keeps the catalog equal to the bucket", role: storage.Roles.Ingest,
		environment: map[string]string{
			env.Bucket:        p.names.bucket(),
			env.Table:         p.names.table(),
			env.TombstoneDays: strconv.Itoa(p.settings.TombstoneDays()),
		},
		memoryMB: 256, timeout: ingestSeconds,
	})
	awslambda.NewEventSourceMapping(api.Construct, jsii.String("TakeEvents"), &awslambda.EventSourceMappingProps{
		Target:                  api.Ingest,
		EventSourceArn:          api.Events.QueueArn(),
		BatchSize:               jsii.Number(ingestBatch),
		MaxConcurrency:          jsii.Number(p.settings.IngestConcurrency),
		ReportBatchItemFailures: jsii.Bool(true),
	})
}
