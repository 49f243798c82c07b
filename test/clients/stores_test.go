package clients

import (
	"testing"

	"github.com/bytepass/bytepass/test/e2e"
	"github.com/bytepass/bytepass/test/onprem"
	"github.com/bytepass/bytepass/test/stores"
	"github.com/bytepass/bytepass/test/transfer"
)

// TestStores has the command send and fetch files on stores of other makers,
// some of which keep no checksums of parts.
func TestStores(t *testing.T) {
	for _, kind := range stores.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			site := onprem.Start(t, kind, 1)
			token, err := site.Token(t.Context(), e2e.Bob)
			if err != nil {
				t.Fatal(err)
			}
			d := transfer.Deployment{
				URL: site.URL(), Token: token,
				NoBackslashes: kind == stores.SeaweedFS, NoChecksums: kind != stores.VersityGW, NoneAtAll: kind == stores.Ceph,
			}
			transfer.Run(t, d)
			transfer.Together(t, d)
		})
	}
}
