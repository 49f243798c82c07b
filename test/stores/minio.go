package stores

import (
	"path/filepath"
	"testing"
)

// minIOTarget is the ARN of the webhook that the environment of minIO sets up.
const minIOTarget = "arn:minio:sqs::BYTEPASS:webhook"

// minIO runs MinIO on one folder, with a key for encryption, and with a queue
// of what its webhook did not take.
func minIO(t testing.TB, s *Store) *process {
	binary := tool(t, ".tools/minio", "tools/stores/minio.sh")
	dir, p := folder(t), ports(t, 2)
	env := []string{
		"MINIO_ROOT_USER=" + s.AccessKey, "MINIO_ROOT_PASSWORD=" + s.SecretKey, "MINIO_BROWSER=off", "MINIO_UPDATE=off",
		"MINIO_KMS_SECRET_KEY=tests:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	}
	if hook := s.options.Webhook; hook.URL != "" {
		env = append(env,
			"MINIO_NOTIFY_WEBHOOK_ENABLE_BYTEPASS=on", "MINIO_NOTIFY_WEBHOOK_ENDPOINT_BYTEPASS="+hook.URL,
			"MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN_BYTEPASS="+hook.Secret, "MINIO_NOTIFY_WEBHOOK_QUEUE_DIR_BYTEPASS="+filepath.Join(dir, "events"))
	}
	s.Endpoint = "http://127.0.0.1:" + p[0]
	return run(t, dir, nil, env, binary, "server", "--quiet", "--address", "127.0.0.1:"+p[0], "--console-address", "127.0.0.1:"+p[1], filepath.Join(dir, "data"))
}
