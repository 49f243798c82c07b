package provision_test

import (
	"testing"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/provision/provisiontest"
	"github.com/bytepass/bytepass/runtime/storetest"
)

// TestOnTheEmbeddedStore puts provisioning through everything on the store of a
// laptop.
func TestOnTheEmbeddedStore(t *testing.T) {
	store := storetest.Start(t)
	provisiontest.All(t, provisiontest.Store{
		Endpoint: store.Endpoint, Region: store.Region, AccessKey: store.AccessKey, SecretKey: store.SecretKey,
		Template: provision.Default(), KillEvery: 5,
	})
}
