package files_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

func TestClientHeadersMap(t *testing.T) {
	if m := (files.ClientHeaders{}).Map(); m == nil || len(m) != 0 {
		t.Errorf("no headers give %#v, want an empty map that is not nil", m)
	}
	got := files.ClientHeaders{ContentType: "image/png", IfNoneMatch: "*", ChecksumSHA256: "c", Declaration: "{}"}.Map()
	want := map[string]string{"Content-Type": "image/png", "If-None-Match": "*", "x-amz-checksum-sha256": "c", "x-amz-meta-bytepass": "{}"}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAppendObjectKey(t *testing.T) {
	alice, err := files.Person("alice")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []files.Key{"a", "ä/ö ü", files.Key(strings.Repeat("k", 1016)), files.Key(strings.Repeat("k", 1017))} {
		want, wantErr := alice.ObjectKey(key)
		got, err := alice.AppendObjectKey([]byte("before "), key)
		if files.CodeOf(err) != files.CodeOf(wantErr) || string(got) != "before "+want {
			t.Errorf("%.20q: got %.40q, %v, want %.40q, %v", key, got, err, want, wantErr)
		}
	}
}
