package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/bytepass/bytepass/stacks/settings"
)

// StorageProps says what NewStorage makes.
type StorageProps struct {
	Settings settings.Settings
	// Binaries is the folder that holds <function>/bootstrap, as package build
	// leaves it. It is needed for the function that empties the buckets of a
	// stage that retains nothing, and for that of the edge's signing key.
	Binaries string
}

// Storage is the bucket with all that belongs to it. Hand it to NewAPI.
type Storage struct {
	// Construct is the parent of all of them.
	Construct constructs.Construct
	Bucket    awss3.Bucket
	LogBucket awss3.Bucket
	// ObjectKey encrypts the objects and ServiceKey everything else.
	ObjectKey  awskms.Key
	ServiceKey awskms.Key
	Roles      Roles
	// Delivery is nil where downloads come from the bucket itself.
	Delivery *Delivery

	settings settings.Settings // that it was made with
}

// NewStorage makes the storage of one deployment in the stack of scope. Its
// physical names come from prefix and stage: one deployment of a name for each
// account and region.
func NewStorage(scope constructs.Construct, id string, props StorageProps) Storage {
	this := constructs.NewConstruct(scope, jsii.String(id))
	s, n, keep := props.Settings, names{props.Settings.Name()}, removal(props.Settings)

	k := keys{services: newServiceKey(this, n, keep)}
	p := platform{names: n, settings: s, binaries: props.Binaries, logKey: k.services, keep: keep}
	var delivery *Delivery
	if s.Delivery == settings.CloudFront {
		delivery = newDelivery(this, p, k.services)
	}
	k.objects = newObjectKey(this, n, delivery, keep)
	logBucket := newLogBucket(this, n, s, keep)
	bucket := newBucket(this, n, s, k.objects, keep)
	roles := newRoles(this, n, k, delivery)
	restrictLogs(logBucket, n, roles.LogReader)
	restrict(bucket, roles, s.SignatureCapSeconds())
	if s.CloudTrail {
		addAll(logBucket, deliverTrail(logBucket, n)...)
		newTrail(this, n, logBucket)
	}
	if delivery != nil {
		addAll(logBucket, deliverEdgeLogs(logBucket, n))
		newEdgeLogs(delivery, n, logBucket)
		deliver(bucket, delivery)
	}

	// Access logs have a place to go before there is anything to log.
	bucket.Node().AddDependency(logBucket.Policy())
	if !s.Retain {
		destroyInOrder(this, p, bucket, logBucket, roles)
	}
	return Storage{
		Construct: this, Bucket: bucket, LogBucket: logBucket,
		ObjectKey: k.objects, ServiceKey: k.services, Roles: roles, Delivery: delivery,
		settings: s,
	}
}

// destroyInOrder lets a deployment be destroyed with what is in it. Resources
// go in the reverse order of their dependencies: first the signers, so that
// every URL dies; then the bucket is emptied and deleted; then the policy that
// lets S3 deliver logs; then the log bucket is emptied and deleted.
func destroyInOrder(scope constructs.Construct, p platform, bucket, logBucket awss3.Bucket, roles Roles) {
	e := newEmptier(scope, p)
	logBucket.Policy().Node().AddDependency(e.empties(scope, "EmptyLogBucket", logBucket))
	emptied := e.empties(scope, "EmptyBucketOnDelete", bucket)
	for _, signer := range roles.signers() {
		signer.Node().AddDependency(emptied)
	}
}

// removal is what happens to data when its stack is deleted. Retained data is
// kept even when an update would replace it; but what a failed first
// deployment made goes away again, so that it can be repeated. What has a
// protection of its own cannot go away: see newTable and newUserPool.
func removal(s settings.Settings) awscdk.RemovalPolicy {
	if s.Retain {
		return awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
	}
	return awscdk.RemovalPolicy_DESTROY
}
