package settings_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/lambda/settings"
)

func of(variables map[string]string) *settings.Env {
	return settings.New(func(name string) (string, bool) { value, ok := variables[name]; return value, ok })
}

func TestLimits(t *testing.T) {
	for name, tc := range map[string]struct {
		variables map[string]string
		want      files.Limits
	}{
		"defaults": {nil, files.Limits{
			MaxSize: 5 << 30, UploadURL: time.Minute, Put: 5 * time.Minute, Part: 15 * time.Minute, Get: 15 * time.Minute, MaxMetadata: 1900,
		}},
		"all set": {map[string]string{
			env.MaxSize: "1000", env.AllowedTypes: "image/png,video/*", env.UploadURLSeconds: "1", env.PutSeconds: "2", env.PartSeconds: "3", env.GetSeconds: "2700",
		}, files.Limits{
			MaxSize: 1000, AllowedTypes: []string{"image/png", "video/*"}, UploadURL: time.Second, Put: 2 * time.Second,
			Part: 3 * time.Second, Get: 45 * time.Minute, MaxMetadata: 1900,
		}},
	} {
		e := of(tc.variables)
		if got := e.Limits(); e.Err() != nil || !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, e.Err(), tc.want)
		}
	}
}

func TestEverythingWrongIsSaid(t *testing.T) {
	e := of(map[string]string{
		env.MaxSize: "0", env.PutSeconds: "2701", env.GetSeconds: "1.5", env.AllowedTypes: "image/png, text", env.RequireScopes: "yes",
		env.S3Endpoint: "s3.example.com", "AWS_ENDPOINT_URL": "ftp://x", "AWS_SECRET_ACCESS_KEY": "a-secret",
	})
	e.Limits()
	e.Flag(env.RequireScopes)
	e.Endpoint(env.S3Endpoint)
	e.Required(env.Bucket)
	e.AWS()
	err := e.Err()
	if err == nil {
		t.Fatal("nothing is said")
	}
	for _, want := range []string{
		`BYTEPASS_MAX_SIZE is "0"; set a whole number from 1 to`, `BYTEPASS_PUT_SECONDS is "2701"`, `BYTEPASS_GET_SECONDS is "1.5"`,
		`BYTEPASS_ALLOWED_TYPES has " text"`, `BYTEPASS_REQUIRE_SCOPES is "yes"; set true or false`, "BYTEPASS_S3_ENDPOINT is no endpoint",
		"AWS_ENDPOINT_URL is no endpoint", "BYTEPASS_BUCKET is not set", "AWS_REGION is not set", "AWS_ACCESS_KEY_ID is not set",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not said in:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "a-secret") {
		t.Error("a secret is said")
	}
}

func TestAWS(t *testing.T) {
	e := of(map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
		"AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
	})
	cfg := e.AWS()
	creds, err := cfg.Credentials.Retrieve(t.Context())
	if e.Err() != nil || err != nil || cfg.Region != "eu-central-1" || *cfg.BaseEndpoint != "http://127.0.0.1:4566" ||
		creds.AccessKeyID != "id" || creds.SecretAccessKey != "secret" || creds.SessionToken != "token" {
		t.Errorf("got %+v, %v, %v", cfg, e.Err(), err)
	}
}
