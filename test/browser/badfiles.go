package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// badFiles are sizes at the edges, in one request and in parts.
func badFiles(t *testing.T, w *Browser, g Target) {
	whole, parts := newClient(t, w, g, "{}"), newClient(t, w, g, "{ singleLimit: 1 }")
	for _, tc := range []struct {
		name   string
		size   int
		client *client
		puts   int
	}{
		{"zero bytes", 0, whole, 1},
		{"one byte", 1, whole, 1},
		{"exactly 10 MiB", 10 * mib, whole, 1},
		{"10 MiB and a byte", 10*mib + 1, whole, 1},
		{"exactly a part", 10 * mib, parts, 1},
		{"a part and a byte", 10*mib + 1, parts, 2},
		{"exactly the limit", 16 * mib, whole, 1},
		{"the limit and a byte", 16*mib + 1, whole, 2},
	} {
		key := "bad/" + tc.name
		b := random(t, "bad.bin", tc.size, 20)
		before := len(tc.client.puts())
		tc.client.start(key, b, "{}")
		tc.client.arrives(t, key, b)
		if got := tc.client.puts()[before:]; len(got) != tc.puts {
			t.Errorf("%s: the parts %v were sent", tc.name, got)
		}
	}
	whole.clean()
	parts.clean()
}

// strangeNames are names that somebody's file has.
func strangeNames(t *testing.T, w *Browser, g Target) {
	names := []string{
		"Größe und Übermaß.txt", "Ελληνικά.txt", "русский файл.txt", "עברית.txt", "العربية.txt", "हिन्दी.txt", "ไทย.txt", "日本語のファイル.txt",
		"한국어.txt", "💾 🏴‍☠️.txt", "a+b &c=d?e#f%20g;h.txt", "'quotes' \"double\" `back`.txt", "<b>&amp;.txt", "  spaces  .txt", ".hidden", "-rf",
		"back\\slash.txt", strings.Repeat("x", 251) + ".txt", strings.Repeat("ü", 125) + ".bin", "e\u0301 decomposed.txt",
	}
	c := newClient(t, w, g, "{}")
	for i, name := range names {
		key := fmt.Sprintf("names/%d/%s", i, name)
		b := random(t, "named", 1000, byte(30+i))
		c.start(key, b, "{}")
		c.until("!!(log.done ?? log.error)")
		if got := eval[string](c.tab, "log.error?.message ?? ''"); got != "" {
			t.Errorf("%q: %s", name, got)
			continue
		}
		stored := eval[string](c.tab, fmt.Sprintf("files.arrived(log.done, { timeout: %d }).then((file) => file.key)", patience.Milliseconds()))
		if want := eval[string](c.tab, "%s.normalize('NFC')", key); stored != want {
			t.Errorf("%q is stored as %q", key, stored)
		}
		if got := g.sum(t, stored); got != b.sum {
			t.Errorf("%q holds %s", name, got)
		}
	}
	c.clean()
	// What no store takes is refused before anything is sent.
	c.start("names/"+strings.Repeat("x", 1025), random(t, "long", 10, 60), "{}")
	if e := c.fails(); e.Status != http.StatusBadRequest || !strings.Contains(e.Message, "1024") {
		t.Errorf("a key of more than 1,024 bytes ended with %+v", e)
	}
}
