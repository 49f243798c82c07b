package signingkey

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"

	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

// Remove deletes the key group and the public keys called name, and the
// private keys from the current version of the secret (the secret itself is
// the stack's). keyGroupID says what CloudFormation believes the key group to
// be: one that had vanished and was replaced is gone already, and nothing else
// is touched. What does not exist is fine, half of a creation too.
//
// A secret that cannot be read any more, because its key is disabled or its
// policy lets nobody decrypt, stops no deletion: what is in CloudFront is found
// by its name, and the private keys die with the secret. Only a key group of
// another id than keyGroupID is then left alone, with an error that says so:
// the secret alone knows whether it replaced that one.
func (m *Manager) Remove(ctx context.Context, secret, name, keyGroupID string) error {
	current, err := m.load(ctx, secret)
	if unreadable(err) {
		m.log.Warn("the secret cannot be read: public keys and key group are deleted by their name", "name", name)
		return m.removeByName(ctx, name, keyGroupID)
	}
	if err != nil {
		return fmt.Errorf("signingkey: %w", err)
	}
	if current.ring.Name == name && slices.Contains(current.ring.FormerKeyGroups, keyGroupID) {
		m.log.Info("the key group was replaced before: nothing to delete", "id", keyGroupID)
		return nil
	}
	_, err = m.settle(ctx, secret, name, func(r *keyring.Ring) error {
		if !r.Empty() && r.Name == name {
			*r = keyring.Ring{Format: r.Format, Name: name, Deleted: true}
		}
		return nil
	})
	return err
}

// removeByName deletes what bears the name until nothing is left of it.
func (m *Manager) removeByName(ctx context.Context, name, keyGroupID string) error {
	for range most {
		left, err := m.find(ctx, name)
		if err != nil {
			return fmt.Errorf("signingkey: %w", err)
		}
		// A creation that failed has the name for an id.
		if g := left.group; g != nil && g.id != keyGroupID && keyGroupID != name {
			return fmt.Errorf("signingkey: the key group %s is called %s, is not %s, and the secret that knows why cannot be read: let the function decrypt it, or delete the group by hand if no distribution trusts it", g.id, name, keyGroupID)
		}
		changed, err := m.clear(ctx, left)
		switch {
		case errors.Is(err, errChanged):
			if err := m.sleep(ctx, seconds(1)); err != nil {
				return fmt.Errorf("signingkey: %w", err)
			}
		case err != nil:
			return fmt.Errorf("signingkey: %w", err)
		case !changed:
			return nil
		}
	}
	return fmt.Errorf("signingkey: the key group %s and its public keys keep coming back; see what else edits them", name)
}

// unreadable reports whether Secrets Manager refuses to give the secret's value
// for good: the caller may not read it, or nobody can decrypt it
// (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html).
func unreadable(err error) bool {
	if is[*types.DecryptionFailure](err) {
		return true
	}
	var refused smithy.APIError
	return errors.As(err, &refused) && refused.ErrorCode() == "AccessDeniedException"
}
