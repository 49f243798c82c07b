package onprem

import (
	"os/exec"
	"testing"
)

// provision makes the bucket with the command, with all settings that the store
// can have, and has the store tell the balancer of changes.
func (s *Site) provision(t testing.TB, binary string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, "provision", "--yes", "--endpoint", s.store.Endpoint, "--bucket", bucket,
		"--region", s.store.Region, "--origin", origin, "--sse-s3", "--webhook-url", s.balancer.URL+"/events")
	cmd.Dir = t.TempDir()
	cmd.Env = []string{
		"BYTEPASS_S3_ACCESS_KEY=" + s.store.AccessKey, "BYTEPASS_S3_SECRET_KEY=" + s.store.SecretKey, "BYTEPASS_WEBHOOK_SECRET=" + webhookSecret,
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("bytepass provision: %v\n%s", err, out)
	}
}
