package signingkey_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"

	"github.com/bytepass/bytepass/runtime/signingkey"
	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

func TestRemove(t *testing.T) {
	ctx := t.Context()
	setUp := func(t *testing.T) (*world, *signingkey.Manager, string) {
		w := newWorld()
		m := manager(t, &process{world: w})
		id, err := m.Ensure(ctx, secretARN, settings)
		must(t, err)
		return w, m, id
	}
	t.Run("the secret is gone first", func(t *testing.T) {
		w, m, id := setUp(t)
		w.secret.gone = true
		must(t, m.Remove(ctx, secretARN, name, id))
		if n := len(w.cloudFront.keys) + len(w.cloudFront.groups); n > 0 {
			t.Errorf("%d things are left", n)
		}
	})
	for what, refused := range map[string]error{
		"the key lets nobody decrypt": &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "Access to KMS is not allowed"},
		"the key is disabled":         &types.DecryptionFailure{},
	} {
		t.Run(what, func(t *testing.T) {
			w, m, id := setUp(t)
			must(t, m.RotateNow(ctx, secretARN))
			w.secret.refused = refused
			if err := m.Remove(ctx, secretARN, name, "another-group"); err == nil || !strings.Contains(err.Error(), id) || len(w.cloudFront.groups) != 1 {
				t.Errorf("got %v, want an error that names the group, which stays", err)
			}
			for range 2 {
				must(t, m.Remove(ctx, secretARN, name, id))
				if n := len(w.cloudFront.keys) + len(w.cloudFront.groups); n > 0 {
					t.Errorf("%d things are left", n)
				}
			}
		})
	}
	t.Run("the value cannot be read, and the creation had failed", func(t *testing.T) {
		w, m, _ := setUp(t)
		w.secret.refused = &types.DecryptionFailure{}
		must(t, m.Remove(ctx, secretARN, name, name))
		if n := len(w.cloudFront.keys) + len(w.cloudFront.groups); n > 0 {
			t.Errorf("%d things are left", n)
		}
	})
	t.Run("Secrets Manager fails", func(t *testing.T) {
		w, m, id := setUp(t)
		w.secret.refused = &types.InternalServiceError{}
		if err := m.Remove(ctx, secretARN, name, id); err == nil {
			t.Error("a failure that passes is taken for a secret that cannot be read")
		}
		w.secret.refused = nil
		w.wholesome(t, keyring.StatusActive)
	})
	t.Run("a distribution still trusts the group", func(t *testing.T) {
		w, m, id := setUp(t)
		w.cloudFront.trusted = id
		if err := m.Remove(ctx, secretARN, name, id); err == nil || !strings.Contains(err.Error(), id) {
			t.Errorf("got %v, want an error that names the group", err)
		}
		w.cloudFront.trusted = ""
		must(t, m.Remove(ctx, secretARN, name, id))
		w.wholesome(t)
	})
	t.Run("a group that was replaced", func(t *testing.T) {
		w, m, old := setUp(t)
		w.cloudFront.groups = nil
		id, err := m.Ensure(ctx, secretARN, settings)
		must(t, err)
		if id == old {
			t.Fatal("the new group has the old id")
		}
		must(t, m.Remove(ctx, secretARN, name, old)) // CloudFormation cleans the old one up
		w.wholesome(t, keyring.StatusActive)
		must(t, m.Remove(ctx, secretARN, name, id))
		w.wholesome(t)
	})
	t.Run("a secret of another key group", func(t *testing.T) {
		w, m, _ := setUp(t)
		other := signingkey.Settings{Name: "bytepass-other", Algorithm: keyring.ECDSAP256}
		if _, err := m.Ensure(ctx, secretARN, other); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want an error that names the owner", err)
		}
		must(t, m.Remove(ctx, secretARN, other.Name, other.Name)) // the rollback
		w.wholesome(t, keyring.StatusActive)
	})
	t.Run("a secret of somebody else", func(t *testing.T) {
		w := newWorld()
		w.secret.versions["v1"] = "s3cret"
		w.secret.move("AWSCURRENT", "v1")
		m := manager(t, &process{world: w})
		if _, err := m.Ensure(ctx, secretARN, settings); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("got %v, want an error that quotes nothing", err)
		}
		if w.secret.current() != "s3cret" {
			t.Error("the secret was overwritten")
		}
	})
}
