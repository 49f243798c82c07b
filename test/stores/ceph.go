package stores

import (
	_ "embed"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/bytepass/bytepass/test/process"
)

//go:embed ceph.sh
var cephScript string

// ceph runs a monitor, one storage daemon in memory, and the object gateway.
func ceph(t testing.TB, s *Store) *process.Process {
	for _, name := range []string{"radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Fatalf("%s is not there; get it with: sh tools/ceph.sh", name)
		}
	}
	dir, p := folder(t), ports(t, 3)
	s.Other = User{AccessKey: "other-user", SecretKey: "secret-of-the-other", Principal: "arn:aws:iam:::user/other"}
	s.Endpoint = "http://127.0.0.1:" + p[0]
	env := []string{
		"LC_ALL=C.UTF-8", "GATEWAY=" + p[0], "MONITOR2=" + p[1], "MONITOR1=" + p[2],
		"ACCESS_KEY=" + s.AccessKey, "SECRET_KEY=" + s.SecretKey, "OTHER_ACCESS_KEY=" + s.Other.AccessKey, "OTHER_SECRET_KEY=" + s.Other.SecretKey,
	}
	s.admin = []string{"CEPH_CONF=" + filepath.Join(dir, "ceph.conf")}
	return run(t, dir, nil, env, "sh", "-ec", cephScript)
}
