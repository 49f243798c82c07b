package stores

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/test/process"
)

// minIOTarget is the ARN of the webhook that the environment of minIO sets up.
const minIOTarget = "arn:minio:sqs::BYTEPASS:webhook"

// minIO runs MinIO on one folder, with a key for encryption, and with a queue
// of what its webhook did not take.
func minIO(t testing.TB, s *Store) *process.Process {
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
	if len(s.options.Origins) > 0 {
		env = append(env, "MINIO_API_CORS_ALLOW_ORIGIN="+strings.Join(s.options.Origins, ","))
	}
	s.Endpoint = "http://127.0.0.1:" + p[0]
	return run(t, dir, nil, env, binary, "server", "--quiet", "--address", "127.0.0.1:"+p[0], "--console-address", "127.0.0.1:"+p[1], filepath.Join(dir, "data"))
}

// minIOUser is a session of the administrator's that may do nothing: only
// MinIO's own protocol makes users.
func minIOUser(t testing.TB, s *Store) User {
	const nothing = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetBucketLocation"],"Resource":["arn:aws:s3:::none"]}]}`
	var made struct {
		AccessKey    string `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
		SecretKey    string `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
		SessionToken string `xml:"AssumeRoleResult>Credentials>SessionToken"`
	}
	form := url.Values{"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "DurationSeconds": {"3600"}, "Policy": {nothing}}
	err := s.call(t.Context(), "sts", form, &made)
	// It lists its buckets before it knows of users.
	for deadline := time.Now().Add(startTimeout); err != nil && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		err = s.call(t.Context(), "sts", form, &made)
	}
	if err != nil {
		t.Fatal(err)
	}
	return User{AccessKey: made.AccessKey, SecretKey: made.SecretKey, SessionToken: made.SessionToken, Principal: "*"}
}
