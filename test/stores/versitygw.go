package stores

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/bytepass/bytepass/test/process"
)

// versityGW runs versitygw on folders, with versions. Unlike the store of
// "bytepass serve" it is the gateway as it is, with its own webhook.
func versityGW(t testing.TB, s *Store) *process.Process {
	binary := tool(t, ".tools/versitygw", "tools/versitygw.sh")
	dir, port := folder(t), ports(t, 1)[0]
	for _, name := range []string{"objects", "versions", "users"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{
		"ROOT_ACCESS_KEY=" + s.AccessKey, "ROOT_SECRET_KEY=" + s.SecretKey, "VGW_REGION=" + s.Region,
		"VGW_PORT=127.0.0.1:" + port, "VGW_IAM_DIR=" + filepath.Join(dir, "users"), "VGW_QUIET=true",
	}
	if hook := s.options.Webhook; hook.URL != "" {
		env = append(env, "VGW_EVENT_WEBHOOK_URL="+hook.URL+"/"+hook.Secret)
	}
	s.Endpoint = "http://127.0.0.1:" + port
	return run(t, dir, nil, env, binary, "posix", "--versioning-dir", filepath.Join(dir, "versions"), filepath.Join(dir, "objects"))
}

// versityGWUser makes a user with the gateway's own command.
func versityGWUser(t testing.TB, s *Store) User {
	u := User{AccessKey: "other-user", SecretKey: "secret-of-the-other", Principal: "other-user"}
	cmd := exec.Command(tool(t, ".tools/versitygw", "tools/versitygw.sh"), "admin", "--access", s.AccessKey, "--secret", s.SecretKey,
		"--region", s.Region, "--endpoint-url", s.Endpoint, "create-user", "--access", u.AccessKey, "--secret", u.SecretKey, "--role", "user")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("making a user of versitygw: %v: %s", err, out)
	}
	return u
}
