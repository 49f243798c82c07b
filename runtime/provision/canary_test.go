package provision

import (
	"encoding/json"
	"testing"
)

func TestTurnedAround(t *testing.T) {
	for _, tc := range []struct{ condition, want string }{
		{`{"Bool":{"aws:SecureTransport":"false"}}`, `{"Bool":{"aws:SecureTransport":"true"}}`},
		{`{"Bool":{"aws:SecureTransport":["true"]}}`, `{"Bool":{"aws:SecureTransport":"false"}}`},
		{`{"NumericGreaterThan":{"s3:signatureAge":"900000"}}`, `{"NumericLessThanEquals":{"s3:signatureAge":"900000"}}`},
		{`{"NumericLessThan":{"s3:TlsVersion":"1.2"}}`, `{"NumericGreaterThanEquals":{"s3:TlsVersion":"1.2"}}`},
		{`{"StringEquals":{"s3:signatureversion":"AWS"}}`, `{"StringEquals":{"s3:signatureversion":"AWS4-HMAC-SHA256"}}`},
		{`{"StringEquals":{"s3:authType":["POST"]}}`, `{"StringEquals":{"s3:authType":"REST-HEADER"}}`},
		{`{"StringEquals":{"aws:PrincipalTag/x":"y"}}`, ``},
		{`{"StringNotEquals":{"s3:authType":"POST"}}`, ``}, // true where the key is missing
		{`{"Bool":{"a":"true"},"StringEquals":{"s3:authType":"POST"}}`, ``},
		{`{}`, ``},
	} {
		var condition any
		if err := json.Unmarshal([]byte(tc.condition), &condition); err != nil {
			t.Fatal(err)
		}
		turned, known := turnedAround(condition)
		got, _ := json.Marshal(turned)
		if known != (tc.want != "") || known && string(got) != tc.want {
			t.Errorf("%s: %s %v, want %s", tc.condition, got, known, tc.want)
		}
	}
}
