package signingkey_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// cloudFrontState is what the fake CloudFront holds. It keeps the documented
// rules that matter here: caller references, names and ETags, two items a
// page, at most five keys in a group and at least one, no key deleted that a
// group holds, and no group that a distribution trusts.
type cloudFrontState struct {
	serial int
	keys   []*publicKey
	groups []*keyGroup
	// trusted is the id of the key group that a distribution names, if any.
	trusted string
	// lagging is how many deletions are still refused because a use that has
	// ended is not noticed yet.
	lagging int
}

type publicKey struct {
	id, etag string
	config   types.PublicKeyConfig
}

type keyGroup struct {
	id, etag string
	config   types.KeyGroupConfig
	joined   map[string]time.Time // when each key came in
}

func newCloudFront() cloudFrontState { return cloudFrontState{serial: 100} }

func (s *cloudFrontState) next(prefix string) string {
	s.serial++
	return fmt.Sprintf("%s%d", prefix, s.serial)
}

func (s *cloudFrontState) key(id string) *publicKey {
	i := slices.IndexFunc(s.keys, func(k *publicKey) bool { return k.id == id })
	if i < 0 {
		return nil
	}
	return s.keys[i]
}

func (s *cloudFrontState) group(id string) *keyGroup {
	i := slices.IndexFunc(s.groups, func(g *keyGroup) bool { return g.id == id })
	if i < 0 {
		return nil
	}
	return s.groups[i]
}

// page returns two items after the one with the id marker, and the next marker.
func page[T any](items []T, id func(T) string, marker *string) ([]T, *string) {
	from := 0
	if marker != nil {
		from = slices.IndexFunc(items, func(i T) bool { return id(i) == *marker }) + 1
	}
	to := min(from+2, len(items))
	if to == len(items) {
		return items[from:to], nil
	}
	return items[from:to], aws.String(id(items[to-1]))
}

func (p *process) ListPublicKeys(_ context.Context, in *cloudfront.ListPublicKeysInput, _ ...func(*cloudfront.Options)) (out *cloudfront.ListPublicKeysOutput, err error) {
	err = p.do("ListPublicKeys", func() error {
		items, marker := page(p.cloudFront.keys, func(k *publicKey) string { return k.id }, in.Marker)
		list := &types.PublicKeyList{NextMarker: marker}
		for _, k := range items {
			list.Items = append(list.Items, types.PublicKeySummary{Id: aws.String(k.id), Name: k.config.Name, EncodedKey: k.config.EncodedKey})
		}
		out = &cloudfront.ListPublicKeysOutput{PublicKeyList: list}
		return nil
	})
	return out, err
}

func (p *process) GetPublicKey(_ context.Context, in *cloudfront.GetPublicKeyInput, _ ...func(*cloudfront.Options)) (out *cloudfront.GetPublicKeyOutput, err error) {
	err = p.do("GetPublicKey", func() error {
		k := p.cloudFront.key(*in.Id)
		if k == nil {
			return &types.NoSuchPublicKey{}
		}
		out = &cloudfront.GetPublicKeyOutput{ETag: aws.String(k.etag), PublicKey: &types.PublicKey{Id: aws.String(k.id), PublicKeyConfig: &k.config}}
		return nil
	})
	return out, err
}

// matches is what CloudFront demands of a change: the ETag of what is changed.
func matches(ifMatch *string, etag string) error {
	switch {
	case ifMatch == nil:
		return &types.InvalidIfMatchVersion{}
	case *ifMatch != etag:
		return &types.PreconditionFailed{}
	}
	return nil
}

func (p *process) CreatePublicKey(_ context.Context, in *cloudfront.CreatePublicKeyInput, _ ...func(*cloudfront.Options)) (out *cloudfront.CreatePublicKeyOutput, err error) {
	err = p.do("CreatePublicKey", func() error {
		c := *in.PublicKeyConfig
		if !strings.HasSuffix(*c.EncodedKey, "-----END PUBLIC KEY-----\n") || *c.Name == "" || *c.CallerReference == "" {
			return &types.InvalidArgument{Message: aws.String("the key is not PEM that ends in a newline")}
		}
		for _, k := range p.cloudFront.keys {
			if *k.config.CallerReference == *c.CallerReference || *k.config.Name == *c.Name {
				return &types.PublicKeyAlreadyExists{}
			}
		}
		k := &publicKey{id: p.cloudFront.next("K"), etag: p.cloudFront.next("E"), config: c}
		p.cloudFront.keys = append(p.cloudFront.keys, k)
		out = &cloudfront.CreatePublicKeyOutput{ETag: aws.String(k.etag), PublicKey: &types.PublicKey{Id: aws.String(k.id), PublicKeyConfig: &c}}
		return nil
	})
	return out, err
}

func (p *process) DeletePublicKey(_ context.Context, in *cloudfront.DeletePublicKeyInput, _ ...func(*cloudfront.Options)) (out *cloudfront.DeletePublicKeyOutput, err error) {
	err = p.do("DeletePublicKey", func() error {
		k := p.cloudFront.key(*in.Id)
		if k == nil {
			return &types.NoSuchPublicKey{}
		}
		if err := matches(in.IfMatch, k.etag); err != nil {
			return err
		}
		for _, g := range p.cloudFront.groups {
			if slices.Contains(g.config.Items, k.id) {
				return &types.PublicKeyInUse{}
			}
		}
		if p.cloudFront.lagging > 0 {
			p.cloudFront.lagging--
			return &types.PublicKeyInUse{}
		}
		p.cloudFront.keys = slices.DeleteFunc(p.cloudFront.keys, func(other *publicKey) bool { return other == k })
		out = &cloudfront.DeletePublicKeyOutput{}
		return nil
	})
	return out, err
}
