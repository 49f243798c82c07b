package e2e

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// misuse: a signed URL is good for one key, one type, one length, one verb,
// for its time.
func misuse(t T, w *World) {
	key, body := w.Key("bound.txt"), []byte("12345")
	p := w.Presign(t, Alice, key, "text/plain", len(body), nil)
	elsewhere := p
	elsewhere.URL = strings.Replace(p.URL, "bound.txt", "other.txt", 1)
	anotherOwner := p
	anotherOwner.URL = strings.Replace(p.URL, "u/alice/", "u/bob/", 1)
	for what, a := range map[string]Answer{
		"another type":    w.Put(t, p, body, map[string]string{"Content-Type": "text/html"}),
		"no type":         w.Put(t, p, body, map[string]string{"Content-Type": ""}),
		"a longer body":   w.Put(t, p, append([]byte("more"), body...), nil),
		"a shorter body":  w.Put(t, p, body[:4], nil),
		"no body":         w.Put(t, p, nil, nil),
		"another key":     w.Put(t, elsewhere, body, nil),
		"another owner":   w.Put(t, anotherOwner, body, nil),
		"a longer life":   w.Put(t, changed(t, p, "X-Amz-Expires", "2600"), body, nil),
		"an older date":   w.Put(t, changed(t, p, "X-Amz-Date", "20200101T000000Z"), body, nil),
		"no signature":    w.Put(t, changed(t, p, "X-Amz-Signature", ""), body, nil),
		"a wrong one":     w.Put(t, changed(t, p, "X-Amz-Signature", strings.Repeat("0", 64)), body, nil),
		"without a query": w.Put(t, Presigned{URL: p.URL[:strings.IndexByte(p.URL, '?')], Headers: p.Headers}, body, nil),
		"to read":         w.Download(t, p.URL),
		"to delete":       w.verb(t, http.MethodDelete, p.URL),
	} {
		if a.Status/100 != 4 {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	if w.head(t, Alice, key) != nil {
		t.Error("a misused URL stored something")
	}
	if a := w.Put(t, p, body, nil); a.Status != http.StatusOK {
		t.Errorf("the URL as it was signed: %d %s", a.Status, a.Body)
	}
	w.Arrives(t, Alice, key)
	read := w.File(t, Alice, key).URL
	if a := w.verb(t, http.MethodPut, read); a.Status/100 != 4 {
		t.Errorf("writing to a download URL: %d", a.Status)
	}
	if a := w.Download(t, changed(t, Presigned{URL: read}, "versionId", "").URL); a.Status/100 != 4 {
		t.Errorf("a download URL without its version: %d", a.Status)
	}
}

// expires: a URL is dead when its time is over, which a caller may have asked
// to be soon; misuse shows that nobody can change what is signed.
func expires(t T, w *World) {
	key := w.Key("late.txt")
	p := w.Presign(t, Alice, key, "text/plain", 4, map[string]any{"expiresIn": 1})
	time.Sleep(2500 * time.Millisecond)
	if a := w.Put(t, p, []byte("late"), nil); a.Status/100 != 4 {
		t.Errorf("an expired URL: %d %s", a.Status, a.Body)
	}
	if w.head(t, Alice, key) != nil {
		t.Error("an expired URL stored something")
	}
}

// changed returns p with one parameter of its URL changed; empty removes it.
func changed(t T, p Presigned, name, value string) Presigned {
	t.Helper()
	base, query, _ := strings.Cut(p.URL, "?")
	parameters := strings.Split(query, "&")
	kept := parameters[:0]
	found := false
	for _, parameter := range parameters {
		if !strings.HasPrefix(parameter, name+"=") {
			kept = append(kept, parameter)
			continue
		}
		found = true
		if value != "" {
			kept = append(kept, name+"="+url.QueryEscape(value))
		}
	}
	if !found {
		t.Fatalf("the signed URL has no parameter %s", name)
	}
	p.URL = base + "?" + strings.Join(kept, "&")
	return p
}

func (w *World) verb(t T, method, signed string) Answer {
	t.Helper()
	req, err := http.NewRequestWithContext(w.ctx, method, signed, bytes.NewReader([]byte("12345")))
	if err != nil {
		t.Fatalf("the signed URL: %v", err)
	}
	req.Header.Set("Content-Type", "text/plain")
	return w.send(t, req)
}
