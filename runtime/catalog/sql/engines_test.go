package sql

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog/catalogtest"
	"github.com/bytepass/bytepass/runtime/files"
)

// opened closes a catalog at the end of the test.
func opened(t testing.TB, c *Catalog, err error) *Catalog {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// engineOf is what the conformance suite runs on: two catalogs that are open on
// the same records.
func engineOf(c, other *Catalog) catalogtest.Engine {
	return catalogtest.Engine{Catalog: c, Other: other, Forget: func(ctx context.Context) error {
		_, err := c.Forget(ctx)
		return err
	}}
}

// opensAtTheSameTime has several open an empty catalog at once.
func opensAtTheSameTime(t *testing.T, open func() (*Catalog, error)) {
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			c, err := open()
			if err != nil {
				t.Error(err)
				return
			}
			if err := c.Ping(t.Context()); err != nil {
				t.Error(err)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func alice(t testing.TB) files.Space {
	t.Helper()
	space, err := files.Person("alice")
	if err != nil {
		t.Fatal(err)
	}
	return space
}

// seedValues are the columns of the records that seed and seedPostgres write,
// but for the end of the key.
func seedValues(t testing.TB, status files.Status, prefix string, expires time.Time) []any {
	t.Helper()
	args, err := values(files.Record{
		Space: alice(t), Bucket: "bucket", Size: 7, MimeType: "text/plain", ETag: "d41d8cd98f00b204e9800998ecf8427e", VersionID: "v1",
		Status: status, ExpiresAt: expires,
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	args[1] = prefix
	return args
}
