package provision

import (
	"testing"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/provision/provisiontest"
	"github.com/bytepass/bytepass/test/stores"
)

// TestOnStores puts provisioning through everything on servers of other makers,
// with the template that "cdk synth" makes.
func TestOnStores(t *testing.T) {
	for _, kind := range stores.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			store := stores.Start(t, kind, stores.Options{})
			s := provisiontest.Store{
				Endpoint: store.Endpoint, Region: store.Region, AccessKey: store.AccessKey, SecretKey: store.SecretKey,
				Template: provision.Default(), KillEvery: killEvery(kind),
			}
			provisiontest.All(t, s)
		})
	}
}

// killEvery has every call killed on the store that is quickest for that, and
// some on the others.
func killEvery(kind stores.Kind) int {
	if kind == stores.VersityGW {
		return 1
	}
	return 9
}
