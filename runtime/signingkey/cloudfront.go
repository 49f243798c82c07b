package signingkey

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

// CloudFront is what the function does there. *cloudfront.Client is one.
type CloudFront interface {
	ListPublicKeys(context.Context, *cloudfront.ListPublicKeysInput, ...func(*cloudfront.Options)) (*cloudfront.ListPublicKeysOutput, error)
	GetPublicKey(context.Context, *cloudfront.GetPublicKeyInput, ...func(*cloudfront.Options)) (*cloudfront.GetPublicKeyOutput, error)
	CreatePublicKey(context.Context, *cloudfront.CreatePublicKeyInput, ...func(*cloudfront.Options)) (*cloudfront.CreatePublicKeyOutput, error)
	DeletePublicKey(context.Context, *cloudfront.DeletePublicKeyInput, ...func(*cloudfront.Options)) (*cloudfront.DeletePublicKeyOutput, error)
	ListKeyGroups(context.Context, *cloudfront.ListKeyGroupsInput, ...func(*cloudfront.Options)) (*cloudfront.ListKeyGroupsOutput, error)
	GetKeyGroup(context.Context, *cloudfront.GetKeyGroupInput, ...func(*cloudfront.Options)) (*cloudfront.GetKeyGroupOutput, error)
	CreateKeyGroup(context.Context, *cloudfront.CreateKeyGroupInput, ...func(*cloudfront.Options)) (*cloudfront.CreateKeyGroupOutput, error)
	UpdateKeyGroup(context.Context, *cloudfront.UpdateKeyGroupInput, ...func(*cloudfront.Options)) (*cloudfront.UpdateKeyGroupOutput, error)
	DeleteKeyGroup(context.Context, *cloudfront.DeleteKeyGroupInput, ...func(*cloudfront.Options)) (*cloudfront.DeleteKeyGroupOutput, error)
}

// Two answers that are not failures yet.
var (
	// errChanged says that somebody else has changed what a decision was made
	// from: look again and decide again.
	errChanged = errors.New("changed meanwhile")
	// errInUse says that something still uses what is to be deleted, which may
	// only be CloudFront not having noticed yet.
	errInUse = errors.New("still in use")
)

const comment = "Kept by the signingkey function of Bytepass. Do not edit."

// createKey makes the public key of k and returns its id, or errChanged if
// somebody else is just making it.
func (m *Manager) createKey(ctx context.Context, name string, k keyring.Key) (id string, err error) {
	full := keyName(name, k)
	out, err := m.cloudFront.CreatePublicKey(ctx, &cloudfront.CreatePublicKeyInput{PublicKeyConfig: &types.PublicKeyConfig{
		CallerReference: &full,
		Name:            &full,
		EncodedKey:      &k.PublicKey,
		Comment:         aws.String(comment),
	}})
	switch {
	case is[*types.PublicKeyAlreadyExists](err):
		return "", fmt.Errorf("create public key %s: %w", full, errChanged)
	case err != nil:
		return "", fmt.Errorf("create public key %s: %w", full, err)
	}
	m.log.Info("public key created", "id", aws.ToString(out.PublicKey.Id), "name", full)
	return aws.ToString(out.PublicKey.Id), nil
}

// deleteKey deletes a public key; that it is gone already is fine.
func (m *Manager) deleteKey(ctx context.Context, k foundKey) error {
	err := m.patiently(ctx, func() error {
		out, err := m.cloudFront.GetPublicKey(ctx, &cloudfront.GetPublicKeyInput{Id: &k.id})
		if err != nil {
			return err
		}
		_, err = m.cloudFront.DeletePublicKey(ctx, &cloudfront.DeletePublicKeyInput{Id: &k.id, IfMatch: out.ETag})
		return err
	})
	switch {
	case is[*types.NoSuchPublicKey](err):
		return nil
	case err != nil:
		return fmt.Errorf("delete public key %s (%s): %w", k.id, k.name, err)
	}
	m.log.Info("public key deleted", "id", k.id, "name", k.name)
	return nil
}

// setGroup makes the key group hold exactly these public keys, and returns its
// id. before is the group as it was found, or nil to create it.
func (m *Manager) setGroup(ctx context.Context, name string, before *group, keys []string) (id string, err error) {
	config := &types.KeyGroupConfig{Name: &name, Items: keys, Comment: aws.String(comment)}
	if before == nil {
		out, err := m.cloudFront.CreateKeyGroup(ctx, &cloudfront.CreateKeyGroupInput{KeyGroupConfig: config})
		switch {
		case is[*types.KeyGroupAlreadyExists](err):
			err = errChanged
		case is[*types.InvalidArgument](err):
			// One of the keys may just have been deleted: unlike a change, a
			// creation has no ETag that would tell.
			err = fmt.Errorf("%w: %w", errChanged, err)
		}
		if err != nil {
			return "", fmt.Errorf("create key group %s: %w", name, err)
		}
		m.log.Info("key group created", "id", aws.ToString(out.KeyGroup.Id), "name", name, "keys", keys)
		return aws.ToString(out.KeyGroup.Id), nil
	}
	_, err = m.cloudFront.UpdateKeyGroup(ctx, &cloudfront.UpdateKeyGroupInput{Id: &before.id, IfMatch: &before.etag, KeyGroupConfig: config})
	if is[*types.PreconditionFailed](err) || is[*types.NoSuchResource](err) {
		err = errChanged
	}
	if err != nil {
		return "", fmt.Errorf("update key group %s: %w", before.id, err)
	}
	m.log.Info("key group changed", "id", before.id, "name", name, "keys", keys)
	return before.id, nil
}

// deleteGroup deletes the key group; that it is gone already is fine.
func (m *Manager) deleteGroup(ctx context.Context, g *group) error {
	err := m.patiently(ctx, func() error {
		_, err := m.cloudFront.DeleteKeyGroup(ctx, &cloudfront.DeleteKeyGroupInput{Id: &g.id, IfMatch: &g.etag})
		return err
	})
	switch {
	case is[*types.NoSuchResource](err):
		return nil
	case err != nil:
		return fmt.Errorf("delete key group %s: %w", g.id, err)
	}
	m.log.Info("key group deleted", "id", g.id)
	return nil
}

// patiently repeats a deletion while CloudFront says that something uses what
// is to be deleted: a distribution or a group that is gone is not noticed at
// once. It gives up after a minute with errInUse, and turns a failed condition
// into errChanged.
func (m *Manager) patiently(ctx context.Context, deletion func() error) error {
	for wait := 2; ; wait *= 2 {
		err := deletion()
		switch {
		case is[*types.PreconditionFailed](err):
			return errChanged
		case !is[*types.PublicKeyInUse](err) && !is[*types.ResourceInUse](err):
			return err
		case wait > 32:
			return errInUse
		}
		if err := m.sleep(ctx, seconds(wait)); err != nil {
			return err
		}
	}
}

// is reports whether err is an error of type T.
func is[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}
