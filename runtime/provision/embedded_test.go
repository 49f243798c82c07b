package provision_test

import (
	"testing"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/provision/provisiontest"
	"github.com/bytepass/bytepass/runtime/storetest"
)

// everything puts provisioning through all that every store has to stand.
func everything(t *testing.T, store *storetest.Store) {
	provisiontest.All(t, provisiontest.Store{
		Endpoint: store.Endpoint, Region: store.Region, AccessKey: store.AccessKey, SecretKey: store.SecretKey,
		Template: provision.Default(), KillEvery: 5,
	})
}
