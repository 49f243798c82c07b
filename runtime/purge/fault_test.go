package purge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bytepass/bytepass/runtime/files"
)

// testKept: errors are told for each key; what they are about keeps its record.
func testKept(r *rig) {
	r.put("u/alice/keep")
	r.put("u/alice/gone")
	cfg := r.config(Target{Space: r.person("alice")})
	cfg.Store = &changed{Store: r.client, deleteObjects: r.denying(func(o types.ObjectIdentifier) bool { return *o.Key == "u/alice/keep" })}
	result := r.purge(cfg)
	if result.Clean() || result.LeftCount != 2 || result.Erased.Keys != 1 || !strings.Contains(result.Left[0].Reason, "AccessDenied: no (an object lock") || result.Left[0].Version == "" {
		r.Errorf("it became %+v", result)
	}
	r.equal("u/alice/keep [1 0 1]")
}

// refusal is the answer of a store that does not know the request.
func refusal(status int) error {
	return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: &smithy.GenericAPIError{Code: "NotImplemented"}}
}

func testNoBatches(r *rig) {
	r.many("u/alice/a", 20)
	r.delete("u/alice/a")
	cfg := r.config(Target{Space: r.person("alice")})
	cfg.Store = &changed{Store: r.client, deleteObjects: func(context.Context, *s3.DeleteObjectsInput) (*s3.DeleteObjectsOutput, error) {
		return nil, refusal(http.StatusNotImplemented)
	}}
	r.many("u/alice/b", 20)
	if result := r.purge(cfg); !result.Clean() || result.Erased != (Counts{Keys: 2, Versions: 40, Markers: 1, Bytes: 200, Records: 2}) {
		r.Errorf("it became %+v", result)
	}
	r.equal()
	cfg.Store = &changed{Store: r.client, deleteObjects: func(context.Context, *s3.DeleteObjectsInput) (*s3.DeleteObjectsOutput, error) {
		return nil, refusal(http.StatusForbidden)
	}}
	r.put("u/alice/a")
	p, err := New(cfg)
	if err != nil {
		r.Fatal(err)
	}
	if _, err := p.Run(r.Context()); err == nil || !strings.Contains(err.Error(), "delete versions in the store") {
		r.Errorf("a store that forbids it: %v", err)
	}
}

// testStopped ends a purge before each of its calls to the store, as a power cut
// would. The next one finishes it.
func testStopped(r *rig) {
	cut := errors.New("cut")
	for at := 1; ; at++ {
		r.many("u/alice/a", 3)
		r.put("u/alice/b")
		r.delete("u/alice/b")
		r.begin("u/alice/c")
		cfg := r.config(Target{Space: r.person("alice")})
		calls := 0
		cfg.Store = &changed{Store: r.client, before: func(string) error {
			if calls++; calls == at {
				return cut
			}
			return nil
		}}
		p, err := New(cfg)
		if err != nil {
			r.Fatal(err)
		}
		_, err = p.Run(r.Context())
		if err == nil {
			if at < 5 {
				r.Errorf("it makes %d calls only", calls)
			}
			break
		}
		if !errors.Is(err, cut) {
			r.Fatal(err)
		}
		if result := r.purge(r.config(cfg.Target)); !result.Clean() {
			r.Errorf("cut before call %d, the next became %+v", at, result)
		}
		r.equal()
	}
}

func testArrivals(r *rig) {
	r.put("u/alice/a")
	cfg := r.config(Target{Space: r.person("alice")})
	arrived := 0
	cfg.Progress = func(Counts) {
		if arrived++; arrived <= 3 {
			r.put(fmt.Sprintf("u/alice/new %d", arrived))
		}
	}
	if result := r.purge(cfg); !result.Clean() || result.Erased.Versions != 4 || result.Erased.Records != 4 {
		r.Errorf("it became %+v", result)
	}
	r.equal()
}

func testEndless(r *rig) {
	r.put("u/alice/a")
	cfg := r.config(Target{Space: r.person("alice")})
	cfg.Patience = 200 * time.Millisecond
	cfg.Progress = func(Counts) { r.put("u/alice/a") }
	if result := r.purge(cfg); !result.Coming || result.Clean() {
		r.Errorf("it became %+v", result)
	}
}

// testLongRound: a round that takes longer than the patience lasts has begun in
// time.
func testLongRound(r *rig) {
	r.put("u/alice/a")
	cfg := r.config(Target{Space: r.person("alice")})
	var took time.Duration
	cfg.Now = func() time.Time { return time.Now().Add(took) }
	rounds := 0
	cfg.Store = &changed{Store: r.client, deleteObjects: func(ctx context.Context, in *s3.DeleteObjectsInput) (*s3.DeleteObjectsOutput, error) {
		if rounds++; rounds == 1 {
			defer r.put("u/alice/late")
		} else {
			took = 2 * cfg.Patience
		}
		return r.client.DeleteObjects(ctx, in)
	}}
	if result := r.purge(cfg); !result.Clean() || result.Erased.Versions != 2 || rounds != 2 {
		r.Errorf("it became %+v in %d rounds", result, rounds)
	}
	r.equal()
}

// testLateTombstones: ingest hears of the deletions when nothing is found any
// more. The key and its record were counted.
func testLateTombstones(r *rig) {
	r.put("u/alice/a")
	cfg := r.config(Target{Space: r.person("alice")})
	lists := 0
	cfg.Store = &changed{Store: r.client, before: func(call string) error {
		if call == "list" {
			lists++
		}
		if lists == 2*listsOfARound+1 { // the second round was the first without a find
			lists++
			r.record("u/alice/a", files.Deleted)
		}
		return nil
	}}
	if result := r.purge(cfg); !result.Clean() || result.Erased.Records != 1 || lists < 6 {
		r.Errorf("it became %+v", result)
	}
	r.equal()
}

// listsOfARound is how often a round lists versions: to erase them, and for the
// records.
const listsOfARound = 2

// testLocked: a version under a legal hold stays, and its record with it.
func testLocked(r *rig) {
	r.bucket += "-locked"
	r.bucketOf(true)
	r.put("u/alice/held")
	r.put("u/alice/free")
	hold := func(status types.ObjectLockLegalHoldStatus) {
		_, err := r.client.PutObjectLegalHold(r.Context(), &s3.PutObjectLegalHoldInput{
			Bucket: &r.bucket, Key: aws.String("u/alice/held"), LegalHold: &types.ObjectLockLegalHold{Status: status},
		})
		if err != nil {
			r.Fatal(err)
		}
	}
	hold(types.ObjectLockLegalHoldStatusOn)
	cfg := r.config(Target{Space: r.person("alice")})
	result := r.purge(cfg)
	if result.Clean() || result.LeftCount != 2 || result.Left[0].Object != "u/alice/held" || !strings.Contains(result.Left[0].Reason, "object lock") {
		r.Errorf("it became %+v", result)
	}
	r.equal("u/alice/held [1 0 1]")
	hold(types.ObjectLockLegalHoldStatusOff)
	if result := r.purge(cfg); !result.Clean() {
		r.Errorf("without the hold: %+v", result)
	}
	r.equal()
}
