package purge

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// testOneRound: one round sees everything, also where pages begin behind versions
// that are gone, and what stays is told once.
func testOneRound(r *rig) {
	const held = "u/alice/held"
	for _, object := range []string{"u/alice/a", held, "u/alice/z"} {
		r.many(object, 7)
	}
	r.delete("u/alice/z")
	cfg := r.config(Target{Space: r.person("alice")})
	every := map[string]bool{} // second version of one object is held
	cfg.Store = r.likeCeph(3, func(o types.ObjectIdentifier) bool {
		if _, known := every[*o.VersionId]; !known {
			every[*o.VersionId] = len(every)%2 == 0
		}
		return *o.Key == held && every[*o.VersionId]
	})
	first := r.round(cfg)
	if plan := r.plan(cfg.Target); first.leftCount == 0 || plan.Versions != first.leftCount || plan.Keys != 1 || plan.Markers != 0 {
		r.Errorf("one round left %+v and told of %d: %+v", plan.Counts, first.leftCount, first.left)
	}
	cfg.Store = r.likeCeph(3, func(types.ObjectIdentifier) bool { return false })
	if last := r.round(cfg); last.leftCount != 0 || r.plan(cfg.Target).Versions != 0 {
		r.Errorf("the next round left %+v and told of %d", r.plan(cfg.Target).Counts, last.leftCount)
	}
}

// round erases versions once.
func (r *rig) round(cfg Config) *round {
	r.Helper()
	p, err := New(cfg)
	if err != nil {
		r.Fatal(err)
	}
	once := &round{Purge: p, total: newTally()}
	if err := once.eraseVersions(r.Context()); err != nil {
		r.Fatal(err)
	}
	return once
}

// likeCeph is a store of short pages, which takes one that is to begin behind a
// version that is gone for one that begins behind all versions of its key.
func (r *rig) likeCeph(page int32, denied func(types.ObjectIdentifier) bool) Store {
	deletes, gone := r.denying(denied), map[string]bool{}
	return &changed{
		Store: r.client,
		list: func(in *s3.ListObjectVersionsInput) {
			in.MaxKeys = &page
			if gone[aws.ToString(in.VersionIdMarker)] {
				in.KeyMarker, in.VersionIdMarker = aws.String(*in.KeyMarker+"\x01"), nil
			}
		},
		deleteObjects: func(ctx context.Context, in *s3.DeleteObjectsInput) (*s3.DeleteObjectsOutput, error) {
			for _, o := range in.Delete.Objects {
				gone[*o.VersionId] = !denied(o)
			}
			return deletes(ctx, in)
		},
	}
}
