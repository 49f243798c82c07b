package onprem

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/test/e2e"
	"github.com/bytepass/bytepass/test/stores"
)

// Store is the administrator's view of the bucket.
func (s *Site) Store() (*s3.Client, string) { return s.store.Client, bucket }

// Differences are those that docs/stores.md has of each store.
func (s *Site) Differences() e2e.Differences {
	d := e2e.Differences{OwnRefusals: true, Console: true, Origin: origin, Foreign: foreignOrigin, Repeats: len(s.Servers) > 1}
	switch s.store.Kind {
	case stores.VersityGW:
		d.FileSystem, d.NoQueryMetadata, d.LosesRaces = true, true, true
	case stores.MinIO:
		d.FileSystem, d.LeftOut = true, http.StatusBadRequest
	case stores.SeaweedFS:
		d.NoQueryMetadata, d.NoBackslash = true, true
	case stores.Ceph:
		d.NoConditions, d.NoChecksums, d.EncodesUploads = true, true, true
	}
	return d
}
