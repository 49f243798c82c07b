package signingkey

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

// found is what CloudFront holds under a name.
type found struct {
	group *group     // nil if there is none
	keys  []foundKey // in CloudFront's order
}

type group struct {
	id, etag string
	keys     []string // ids of public keys
}

type foundKey struct{ id, name string }

// id returns the id of the public key with this name: preferred if it is one
// of them, or "" if there is none.
func (f found) id(name, preferred string) string {
	first := ""
	for _, k := range f.keys {
		if k.name != name {
			continue
		}
		if k.id == preferred {
			return preferred
		}
		if first == "" {
			first = k.id
		}
	}
	return first
}

func (f found) inGroup(id string) bool { return f.group != nil && slices.Contains(f.group.keys, id) }

// keyName is the public key's name in CloudFront, and its caller reference:
// the same for a pair however often its creation is repeated, and another for
// every other pair.
func keyName(name string, k keyring.Key) string { return name + "-" + k.Fingerprint }

// find looks for the key group called name and for the public keys whose names
// begin with it.
func (m *Manager) find(ctx context.Context, name string) (found, error) {
	var f found
	for marker := (*string)(nil); ; {
		out, err := m.cloudFront.ListPublicKeys(ctx, &cloudfront.ListPublicKeysInput{Marker: marker})
		if err != nil {
			return found{}, fmt.Errorf("list public keys: %w", err)
		}
		for _, k := range out.PublicKeyList.Items {
			if strings.HasPrefix(aws.ToString(k.Name), name+"-") {
				f.keys = append(f.keys, foundKey{aws.ToString(k.Id), aws.ToString(k.Name)})
			}
		}
		if marker = out.PublicKeyList.NextMarker; aws.ToString(marker) == "" {
			break
		}
	}
	id, err := m.findGroup(ctx, name)
	if err != nil || id == "" {
		return f, err
	}
	out, err := m.cloudFront.GetKeyGroup(ctx, &cloudfront.GetKeyGroupInput{Id: &id})
	if is[*types.NoSuchResource](err) {
		return f, nil // deleted since it was listed
	}
	if err != nil {
		return found{}, fmt.Errorf("get key group %s: %w", id, err)
	}
	f.group = &group{id: id, etag: aws.ToString(out.ETag), keys: out.KeyGroup.KeyGroupConfig.Items}
	return f, nil
}

func (m *Manager) findGroup(ctx context.Context, name string) (id string, err error) {
	for marker := (*string)(nil); ; {
		out, err := m.cloudFront.ListKeyGroups(ctx, &cloudfront.ListKeyGroupsInput{Marker: marker})
		if err != nil {
			return "", fmt.Errorf("list key groups: %w", err)
		}
		for _, g := range out.KeyGroupList.Items {
			if aws.ToString(g.KeyGroup.KeyGroupConfig.Name) == name {
				return aws.ToString(g.KeyGroup.Id), nil
			}
		}
		if marker = out.KeyGroupList.NextMarker; aws.ToString(marker) == "" {
			return "", nil
		}
	}
}
