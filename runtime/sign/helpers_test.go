package sign_test

import (
	"encoding/base64"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign"
)

const bucket = "bytepass-dev-123456789012-eu-central-1-an"

// exampleKeys are the credentials of Amazon's documentation.
var exampleKeys = sign.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}

// sessionToken has the length and the alphabet of a token of STS: 800
// characters of base64.
var sessionToken = func() string {
	raw := make([]byte, 600)
	rand.NewChaCha8([32]byte{}).Read(raw)
	return base64.StdEncoding.EncodeToString(raw)
}()

// testTime is when tests sign that do not care.
var testTime = time.Date(2026, 10, 3, 14, 15, 16, 789, time.UTC)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

// newSigner fills in what cfg leaves empty.
func newSigner(t testing.TB, cfg sign.Config) *sign.Signer {
	t.Helper()
	if cfg.Region == "" {
		cfg.Region = "eu-central-1"
	}
	if cfg.Bucket == "" {
		cfg.Bucket = bucket
	}
	if cfg.Credentials == nil {
		cfg.Credentials = sign.Static(exampleKeys)
	}
	if cfg.Now == nil {
		cfg.Now = at(testTime)
	}
	s, err := sign.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// anUpload is a browser's upload as the API signs it by default.
func anUpload(t testing.TB) files.Upload {
	t.Helper()
	space, err := files.Person("auth0|5f7c8ec7c33c6c004bbafe82")
	if err != nil {
		t.Fatal(err)
	}
	return files.Upload{Space: space, Key: "photos/2026/summer holiday.jpg", MimeType: "image/jpeg", Size: 1 << 20}
}
