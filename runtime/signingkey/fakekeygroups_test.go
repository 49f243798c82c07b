package signingkey_test

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

func (p *process) ListKeyGroups(_ context.Context, in *cloudfront.ListKeyGroupsInput, _ ...func(*cloudfront.Options)) (out *cloudfront.ListKeyGroupsOutput, err error) {
	err = p.do("ListKeyGroups", func() error {
		items, marker := page(p.cloudFront.groups, func(g *keyGroup) string { return g.id }, in.Marker)
		list := &types.KeyGroupList{NextMarker: marker}
		for _, g := range items {
			list.Items = append(list.Items, types.KeyGroupSummary{KeyGroup: g.describe()})
		}
		out = &cloudfront.ListKeyGroupsOutput{KeyGroupList: list}
		return nil
	})
	return out, err
}

func (g *keyGroup) describe() *types.KeyGroup {
	config := g.config
	config.Items = slices.Clone(config.Items)
	return &types.KeyGroup{Id: aws.String(g.id), KeyGroupConfig: &config}
}

func (p *process) GetKeyGroup(_ context.Context, in *cloudfront.GetKeyGroupInput, _ ...func(*cloudfront.Options)) (out *cloudfront.GetKeyGroupOutput, err error) {
	err = p.do("GetKeyGroup", func() error {
		g := p.cloudFront.group(*in.Id)
		if g == nil {
			return &types.NoSuchResource{}
		}
		out = &cloudfront.GetKeyGroupOutput{ETag: aws.String(g.etag), KeyGroup: g.describe()}
		return nil
	})
	return out, err
}

// checkGroup says what CloudFront says of a group's configuration.
func (s *cloudFrontState) checkGroup(c *types.KeyGroupConfig, self *keyGroup) error {
	for _, g := range s.groups {
		if g != self && *g.config.Name == *c.Name {
			return &types.KeyGroupAlreadyExists{}
		}
	}
	if len(c.Items) == 0 {
		return &types.InvalidArgument{Message: aws.String("no keys")}
	}
	if len(c.Items) > 5 {
		return &types.TooManyPublicKeysInKeyGroup{}
	}
	for _, id := range c.Items {
		if s.key(id) == nil {
			return &types.InvalidArgument{Message: aws.String("no public key " + id)}
		}
	}
	return nil
}

func (g *keyGroup) set(c types.KeyGroupConfig, now time.Time) {
	g.config = c
	g.config.Items = slices.Clone(c.Items)
	joined := map[string]time.Time{}
	for _, id := range c.Items {
		if at, ok := g.joined[id]; ok {
			joined[id] = at
		} else {
			joined[id] = now
		}
	}
	g.joined = joined
}

func (p *process) CreateKeyGroup(_ context.Context, in *cloudfront.CreateKeyGroupInput, _ ...func(*cloudfront.Options)) (out *cloudfront.CreateKeyGroupOutput, err error) {
	err = p.do("CreateKeyGroup", func() error {
		if err := p.cloudFront.checkGroup(in.KeyGroupConfig, nil); err != nil {
			return err
		}
		g := &keyGroup{id: p.cloudFront.next("kg-"), etag: p.cloudFront.next("E")}
		g.set(*in.KeyGroupConfig, p.now)
		p.cloudFront.groups = append(p.cloudFront.groups, g)
		out = &cloudfront.CreateKeyGroupOutput{ETag: aws.String(g.etag), KeyGroup: g.describe()}
		return nil
	})
	return out, err
}

func (p *process) UpdateKeyGroup(_ context.Context, in *cloudfront.UpdateKeyGroupInput, _ ...func(*cloudfront.Options)) (out *cloudfront.UpdateKeyGroupOutput, err error) {
	err = p.do("UpdateKeyGroup", func() error {
		g := p.cloudFront.group(*in.Id)
		if g == nil {
			return &types.NoSuchResource{}
		}
		if err := matches(in.IfMatch, g.etag); err != nil {
			return err
		}
		if err := p.cloudFront.checkGroup(in.KeyGroupConfig, g); err != nil {
			return err
		}
		g.etag = p.cloudFront.next("E")
		g.set(*in.KeyGroupConfig, p.now)
		out = &cloudfront.UpdateKeyGroupOutput{ETag: aws.String(g.etag), KeyGroup: g.describe()}
		return nil
	})
	return out, err
}

func (p *process) DeleteKeyGroup(_ context.Context, in *cloudfront.DeleteKeyGroupInput, _ ...func(*cloudfront.Options)) (out *cloudfront.DeleteKeyGroupOutput, err error) {
	err = p.do("DeleteKeyGroup", func() error {
		g := p.cloudFront.group(*in.Id)
		if g == nil {
			return &types.NoSuchResource{}
		}
		if err := matches(in.IfMatch, g.etag); err != nil {
			return err
		}
		if p.cloudFront.trusted == g.id {
			return &types.ResourceInUse{}
		}
		if p.cloudFront.lagging > 0 {
			p.cloudFront.lagging--
			return &types.ResourceInUse{}
		}
		p.cloudFront.groups = slices.DeleteFunc(p.cloudFront.groups, func(other *keyGroup) bool { return other == g })
		out = &cloudfront.DeleteKeyGroupOutput{}
		return nil
	})
	return out, err
}
