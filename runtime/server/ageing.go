package server

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/provision"
)

const day = 24 * time.Hour

const (
	// forever is how long the catalog remembers a deleted key where versions
	// that could be restored live as long as the store.
	forever = 100 * 365 * day
	// keepLonger is how much longer than such versions it remembers: a store
	// may expire them some days late.
	keepLonger = 30 * day
)

// ageing is how the content of a bucket ages.
type ageing struct {
	// abortAfter is the age at which unfinished uploads are stale and the server
	// has to abort them; 0 if the store does, or nobody should.
	abortAfter time.Duration
	// keep is how long the catalog remembers a deleted key: longer than the
	// versions that could be restored.
	keep time.Duration
}

// ageingOf returns what a bucket's lifecycle leaves to the server, which aborts
// at stale what the store does not abort.
func ageingOf(lifecycle provision.Lifecycle, stale time.Duration) ageing {
	a := ageing{abortAfter: stale, keep: forever}
	if staleAfter(lifecycle) > 0 {
		a.abortAfter = 0
	}
	for _, rule := range lifecycle.Rules {
		expires := rule.NoncurrentVersionExpiration
		if isForAll(rule) && expires != nil && expires.NoncurrentDays != nil && aws.ToInt32(expires.NewerNoncurrentVersions) == 0 {
			a.keep = min(a.keep, time.Duration(*expires.NoncurrentDays)*day+keepLonger)
		}
	}
	return a
}

// lifecycleMissing reports whether a store goes without the template's
// lifecycle.
func lifecycleMissing(gaps []provision.Gap) bool {
	return slices.ContainsFunc(gaps, func(g provision.Gap) bool { return g.Setting == "lifecycle" })
}

// staleAfter returns the age at which a lifecycle has every unfinished upload
// aborted; 0 if it does not.
func staleAfter(lifecycle provision.Lifecycle) time.Duration {
	for _, rule := range lifecycle.Rules {
		if abort := rule.AbortIncompleteMultipartUpload; isForAll(rule) && abort != nil && abort.DaysAfterInitiation != nil {
			return time.Duration(*abort.DaysAfterInitiation) * day
		}
	}
	return 0
}

// isForAll reports whether a rule is in force and says that it is about all
// objects. Ceph gives back a filter by an empty prefix as the prefix without a
// filter that rules had once.
func isForAll(rule types.LifecycleRule) bool {
	if rule.Status != types.ExpirationStatusEnabled {
		return false
	}
	f := rule.Filter
	if f == nil {
		return rule.Prefix != nil && *rule.Prefix == "" //nolint:staticcheck // see above
	}
	return aws.ToString(f.Prefix) == "" && f.And == nil && f.Tag == nil && f.ObjectSizeGreaterThan == nil && f.ObjectSizeLessThan == nil
}
