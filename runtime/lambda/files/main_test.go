package main

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/runtime/lambda/settings"
)

// told is a function's environment without what differs by delivery.
func told(more map[string]string) *settings.Env {
	all := map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
		env.Bucket: "files", env.Table: "catalog",
	}
	for name, value := range more {
		all[name] = value
	}
	return settings.New(func(name string) (string, bool) { value, ok := all[name]; return value, ok })
}

// TestDelivery: where the stack names the edge, URLs are signed for it, and
// otherwise for the bucket; what is missing is named before the first event.
func TestDelivery(t *testing.T) {
	for _, test := range []struct {
		name string
		told map[string]string
		want string // the signer's type, or what the error names
	}{
		{"the bucket", map[string]string{env.DownloadSignerRole: "arn:aws:iam::111122223333:role/signer"}, "*sign.Signer"},
		{"the edge", map[string]string{env.EdgeDomain: "d1.cloudfront.net", env.SigningKeySecret: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:key"}, "*edge.Signer"},
		{"the bucket without a role", nil, env.DownloadSignerRole},
		{"the edge without a key", map[string]string{env.EdgeDomain: "d1.cloudfront.net"}, env.SigningKeySecret},
		{"no host", map[string]string{env.EdgeDomain: "https://d1", env.SigningKeySecret: "arn"}, "Domain"},
	} {
		e := told(test.told)
		d, err := downloads(e, e.AWS(), slog.New(slog.DiscardHandler))
		if got := fmt.Sprintf("%T", d); err == nil && got != test.want {
			t.Errorf("%s: signed by %s, want %s", test.name, got, test.want)
		}
		if err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
		if _, wired := wire(told(test.told), io.Discard); (wired == nil) != (err == nil) {
			t.Errorf("%s: the function says %v, its signer %v", test.name, wired, err)
		}
	}
}
