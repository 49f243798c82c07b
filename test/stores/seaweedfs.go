package stores

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/bytepass/bytepass/test/process"
)

// seaweedFS runs all parts of SeaweedFS in one process. It tells its makers
// nothing, and encrypts with a key of its own.
func seaweedFS(t testing.TB, s *Store) *process.Process {
	weed := tool(t, ".tools/seaweedfs/bin/weed", "tools/seaweedfs.sh")
	dir, p := folder(t), ports(t, 9)
	s.Other = User{AccessKey: "other-user", SecretKey: "secret-of-the-other", Principal: "arn:aws:iam::000000000000:user/other"}
	users := filepath.Join(dir, "users.json")
	if err := os.WriteFile(users, seaweedUsers(t, s), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Endpoint = "http://127.0.0.1:" + p[0]
	s.master = "127.0.0.1:" + p[2] + "." + p[3]
	var sockets []string // it has one of these for each of its servers, always there
	for _, port := range []string{p[3], p[5], p[7], p[8]} {
		sockets = append(sockets, "/tmp/seaweedfs-*-grpc-"+port+".sock")
	}
	return run(t, dir, sockets, []string{"WEED_S3_SSE_KEY=key-of-the-tests"}, weed, "-logtostderr=true", "-v=0", "server",
		"-dir="+dir, "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-metricsPort="+p[1],
		"-master.port="+p[2], "-master.port.grpc="+p[3], "-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-master.volumePreallocate=false",
		"-volume.port="+p[4], "-volume.port.grpc="+p[5], "-volume.max=50",
		"-filer.port="+p[6], "-filer.port.grpc="+p[7], "-filer.localSocket="+filepath.Join(dir, "filer.sock"),
		"-s3", "-s3.port="+p[0], "-s3.port.grpc="+p[8], "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.config="+users, "-s3.localSocket="+filepath.Join(dir, "s3.sock"))
}

func seaweedUsers(t testing.TB, s *Store) []byte {
	type object = map[string]any
	user := func(name, account, access, secret string, actions ...string) object {
		return object{
			"name": name, "account": object{"id": account}, "actions": actions,
			"credentials": []object{{"accessKey": access, "secretKey": secret}},
		}
	}
	text, err := json.Marshal(object{
		"kms": object{"default_provider": "local", "providers": object{"local": object{"type": "local", "enableOnDemandCreate": true}}},
		"identities": []object{
			user("admin", "111111111111", s.AccessKey, s.SecretKey, "Admin", "Read", "Write", "List", "Tagging"),
			user("other", "222222222222", s.Other.AccessKey, s.Other.SecretKey),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
