package provision

import (
	"path/filepath"
	"testing"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/provision/provisiontest"
	"github.com/bytepass/bytepass/test/serve"
	"github.com/bytepass/bytepass/test/stores"
)

// TestStores provisions servers of other makers, with the template that "cdk
// synth" makes: as an operator and a pipeline do it, and through everything that
// it has to stand.
func TestStores(t *testing.T) {
	binary, err := serve.Binary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range stores.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			hook, told := listener(t)
			options := stores.Options{Webhook: stores.Webhook{URL: hook, Secret: webhookSecret}}
			if kind == stores.MinIO {
				options = stores.Options{} // minIOByHand sets it up
			}
			store := stores.Start(t, kind, options)
			o := operator{binary: binary, store: store, hook: hook, policies: filepath.Join(t.TempDir(), "policies")}
			if kind == stores.MinIO {
				o.users = minIOByHand(t, o)
			}
			t.Run("commands", func(t *testing.T) { commands(t, o, told) }) // finds no bucket yet
			t.Run("rights", func(t *testing.T) { rights(t, o) })
			t.Run("behind a proxy", func(t *testing.T) { behindAProxy(t, o) })
			provisiontest.All(t, provisiontest.Store{
				Endpoint: store.Endpoint, Region: store.Region, AccessKey: store.AccessKey, SecretKey: store.SecretKey,
				Template: provision.Default(), KillEvery: killEvery(kind),
			})
		})
	}
}

// killEvery has every call killed on the store that is quickest for that, and
// some on the others.
func killEvery(kind stores.Kind) int {
	if kind == stores.VersityGW {
		return 1
	}
	return 16
}
