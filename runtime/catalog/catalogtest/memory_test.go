package catalogtest_test

import (
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog/catalogtest"
)

func TestConformance(t *testing.T) {
	catalogtest.Run(t, func(_ *testing.T, now func() time.Time) catalogtest.Engine {
		m := catalogtest.NewMemory(now)
		return catalogtest.Engine{Catalog: m, Other: m, Forget: m.Forget}
	})
}
