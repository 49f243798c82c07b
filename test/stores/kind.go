package stores

import (
	"os"
	"strings"
)

// Kind is an S3 server that can be started.
type Kind string

// The servers.
const (
	VersityGW Kind = "versitygw" // a gateway on a folder of files
	SeaweedFS Kind = "seaweedfs"
	Ceph      Kind = "ceph" // one node, in memory
	MinIO     Kind = "minio"
)

// All lists every server, in the order in which the documents have them.
func All() []Kind { return []Kind{VersityGW, MinIO, SeaweedFS, Ceph} }

// selection is the environment variable that names the servers a run is about,
// with commas.
const selection = "TEST_STORES"

// Kinds lists the servers that this run is about: all that are quick to get,
// or those that the environment variable TEST_STORES names.
func Kinds() []Kind {
	var kinds []Kind
	for name := range strings.SplitSeq(os.Getenv(selection), ",") {
		if name != "" {
			kinds = append(kinds, Kind(name))
		}
	}
	if kinds == nil {
		kinds = []Kind{VersityGW, SeaweedFS, Ceph}
	}
	return kinds
}
