package settings

import (
	"strings"
	"testing"
)

func TestMisspeltContext(t *testing.T) {
	for key, meant := range map[string]string{
		"byteapss:stage": "bytepass:stage", "bytepas:issuer": "bytepass:issuer", "Bytepass:stage": "bytepass:stage", "byte-pass:stage": "bytepass:stage",
		"bytepass.stage": "bytepass:stage", "bytepas": "bytepass", "bypass:maxSize": "bytepass:maxSize",
		"bytepass-stage": "bytepass:stage", "bytepass_stage": "bytepass:stage", "bytepass/stage": "bytepass:stage", "BYTEPASS_MAX": "bytepass:MAX",
		"bytepassStage": "bytepass:stage", "bytepas_stgae": "bytepass:stage", "bytepass-cloudtrail": "bytepass:cloudTrail",
	} {
		_, err := Read(map[string]any{"bytepass:issuer": "https://login.test", key: "x"})
		if err == nil || !strings.Contains(err.Error(), key+": write "+meant) {
			t.Errorf("%s: %v", key, err)
		}
	}
	for _, key := range []string{"@aws-cdk/core:stackRelativeExports", "aws:cdk:enable-path-metadata", "availability-zones:account=1:region=x", "byte", "pass:x", "stacks:bytepass", "bytepassive", "my-stage", "bypass_list"} {
		if _, err := Read(map[string]any{"bytepass:issuer": "https://login.test", key: "x"}); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
}
