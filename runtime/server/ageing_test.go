package server

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/provision"
)

// TestStaleAfter takes the age from the template that serve carries.
func TestStaleAfter(t *testing.T) {
	settings, err := provision.Read(provision.Default(), provision.Values{Bucket: Bucket, Region: "us-east-1", Account: account})
	if err != nil {
		t.Fatal(err)
	}
	if got := staleAfter(settings.Lifecycle); got != 7*24*time.Hour {
		t.Errorf("the template has uploads aborted after %v, want its 7 days", got)
	}
	if got := staleAfter(provision.Lifecycle{}); got != 0 {
		t.Errorf("a template that keeps uploads for ever has them swept after %v", got)
	}
	abort := &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: ptr(int32(1))}
	for name, rule := range map[string]types.LifecycleRule{
		"disabled":        {Status: types.ExpirationStatusDisabled, AbortIncompleteMultipartUpload: abort},
		"of a prefix":     {Status: types.ExpirationStatusEnabled, AbortIncompleteMultipartUpload: abort, Filter: &types.LifecycleRuleFilter{Prefix: ptr("tmp/")}},
		"of large ones":   {Status: types.ExpirationStatusEnabled, AbortIncompleteMultipartUpload: abort, Filter: &types.LifecycleRuleFilter{ObjectSizeGreaterThan: ptr(int64(1))}},
		"about something": {Status: types.ExpirationStatusEnabled},
	} {
		if got := staleAfter(provision.Lifecycle{Rules: []types.LifecycleRule{rule}}); got != 0 {
			t.Errorf("a rule that is %s has all uploads aborted after %v", name, got)
		}
	}
	gaps := []provision.Gap{{Setting: "encryption"}, {Setting: "lifecycle", Reason: provision.Unsupported}}
	if !lifecycleMissing(gaps) || lifecycleMissing(gaps[:1]) {
		t.Error("a gap is not seen for what it is")
	}
}
