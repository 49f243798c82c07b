package onprem

import (
	"testing"

	"github.com/bytepass/bytepass/test/e2e"
	"github.com/bytepass/bytepass/test/stores"
)

// TestSite runs the list on a site of one server, on each store.
func TestSite(t *testing.T) {
	for _, kind := range stores.Kinds() {
		t.Run(string(kind), func(t *testing.T) { e2e.Run(t, Start(t, kind, 1)) })
	}
}
