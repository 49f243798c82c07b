package server

import "testing"

func TestMixed(t *testing.T) {
	for _, c := range []struct {
		page, store string
		want        bool
	}{
		{"http://files.example", "http://s3.example", false},
		{"https://files.example", "https://s3.example", false},
		{"http://files.example", "https://s3.example", false},
		{"https://files.example", "http://s3.example:9000", true},
		{"https://files.example", "http://192.0.2.1:9000", true},
		{"https://files.example", "http://127.0.0.1:9000", false},
		{"https://files.example", "http://[::1]:9000", false},
		{"https://files.example", "http://localhost:9000", false},
	} {
		if got := mixed(c.page, c.store); got != c.want {
			t.Errorf("from %s to %s: %v", c.page, c.store, got)
		}
	}
}
