package uploads_test

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// TestPartURLs checks what the URL of a part does not allow.
func TestPartURLs(t *testing.T) {
	// Short parts: a store that refuses a long one hangs up before it has read it.
	c, alice, one := newControl(t, nil), person(t), content(1000)
	a, b := start(t, c, alice, intent("a", len(one))), start(t, c, alice, intent("b", len(one)))
	change := func(p files.Presigned, from, to string) files.Presigned {
		if !strings.Contains(p.URL, from) {
			t.Fatalf("the URL has no %q", from)
		}
		p.URL = strings.Replace(p.URL, from, to, 1)
		return p
	}
	query := func(p files.Presigned, name string) string {
		_, rest, _ := strings.Cut(p.URL, name+"=")
		value, _, _ := strings.Cut(rest, "&")
		return name + "=" + value
	}
	for name, tc := range map[string]struct {
		url  files.Presigned
		body []byte
	}{
		"shorter":        {a.Parts[0].Presigned, one[1:]},
		"longer":         {a.Parts[0].Presigned, append(one[:len(one):len(one)], 'x')},
		"another number": {change(a.Parts[0].Presigned, "partNumber=1", "partNumber=2"), one},
		"another upload": {change(a.Parts[0].Presigned, query(a.Parts[0].Presigned, "uploadId"), query(b.Parts[0].Presigned, "uploadId")), one},
		"another key":    {change(a.Parts[0].Presigned, "/a?", "/b?"), one},
	} {
		if status, _ := send(t, tc.url, tc.body); status != http.StatusForbidden {
			t.Errorf("%s: status %d, want 403", name, status)
		}
	}
	checked, err := c.SignParts(t.Context(), alice, "a", a.ID, []uploads.WantedPart{{Number: 1, ChecksumCRC64NVME: crc64NVME(one)}})
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := send(t, checked.Parts[0].Presigned, make([]byte, len(one))); status != http.StatusBadRequest {
		t.Errorf("other bytes than the checksum's: status %d, want 400", status)
	}
	if status, _ := send(t, checked.Parts[0].Presigned, one); status != http.StatusOK {
		t.Errorf("the checksum's bytes: status %d", status)
	}
}

// TestMixups asks for what cannot be, and gets a problem that names the field.
func TestMixups(t *testing.T) {
	c, alice, mallory := newControl(t, nil), person(t), space(t, "mallory")
	started := start(t, c, alice, intent("film", 25*mib))
	stream := start(t, c, alice, uploads.Intent{Intent: files.Intent{Key: "film"}})
	size := func(n int64) *int64 { return &n }
	sign := func(s files.Space, key, id string, wanted ...uploads.WantedPart) error {
		_, err := c.SignParts(t.Context(), s, key, id, wanted)
		return err
	}
	everything := func(s files.Space, key, id string) error {
		_, progress := c.Progress(t.Context(), s, key, id)
		_, complete := c.Complete(t.Context(), s, key, id, uploads.Finish{})
		_, open := c.SignOpenPart(t.Context(), s, key, id, 1)
		all := []error{sign(s, key, id, uploads.WantedPart{Number: 1}), open, progress, complete, c.Abort(t.Context(), s, key, id)}
		for _, err := range all {
			if files.CodeOf(err) != files.CodeOf(all[0]) {
				t.Errorf("%v here, %v there", err, all[0])
			}
		}
		return all[0]
	}
	for name, tc := range map[string]struct {
		err   error
		code  files.Code
		field string
	}{
		"another owner":         {everything(mallory, "film", started.ID), files.CodeInvalidField, "uploadId"},
		"another key":           {everything(alice, "film2", started.ID), files.CodeInvalidField, "uploadId"},
		"no id":                 {everything(alice, "film", ""), files.CodeInvalidField, "uploadId"},
		"no id of ours":         {everything(alice, "film", "2~abc.def"), files.CodeInvalidField, "uploadId"},
		"an id cut short":       {everything(alice, "film", started.ID[:20]), files.CodeInvalidField, "uploadId"},
		"no key":                {everything(alice, "", started.ID), files.CodeInvalidKey, "key"},
		"part 0":                {sign(alice, "film", started.ID, uploads.WantedPart{Number: 0}), files.CodeInvalidField, "partNumbers"},
		"a part too many":       {sign(alice, "film", started.ID, uploads.WantedPart{Number: 4}), files.CodeInvalidField, "partNumbers"},
		"part 10,001":           {sign(alice, "film", stream.ID, uploads.WantedPart{Number: 10_001}), files.CodeInvalidField, "partNumbers"},
		"no parts":              {sign(alice, "film", started.ID), files.CodeInvalidField, "partNumbers"},
		"1,001 parts":           {sign(alice, "film", started.ID, make([]uploads.WantedPart, 1001)...), files.CodeInvalidField, "partNumbers"},
		"another size":          {sign(alice, "film", started.ID, uploads.WantedPart{Number: 1, Size: size(5)}), files.CodeInvalidField, "parts"},
		"an open size":          {sign(alice, "film", started.ID, uploads.WantedPart{Number: 1, Size: size(-1)}), files.CodeInvalidField, "parts"},
		"a part over 5 GiB":     {sign(alice, "film", stream.ID, uploads.WantedPart{Number: 1, Size: size(5<<30 + 1)}), files.CodeInvalidField, "parts"},
		"no checksum of a part": {sign(alice, "film", started.ID, uploads.WantedPart{Number: 1, ChecksumCRC64NVME: "?"}), files.CodeInvalidChecksum, "parts"},
	} {
		var p *files.Problem
		if !errors.As(tc.err, &p) || p.Code != tc.code || p.Field != tc.field {
			t.Errorf("%s: %v, want %s on %s", name, tc.err, tc.code, tc.field)
		}
	}
}

// TestListOfParts completes with lists that are wrong. The parts that are wrong
// are named, and nothing is lost.
func TestListOfParts(t *testing.T) {
	c, alice, body := newControl(t, nil), person(t), content(25*mib)
	started := start(t, c, alice, intent("film", len(body)))
	complete := func(f uploads.Finish) error {
		_, err := c.Complete(t.Context(), alice, "film", started.ID, f)
		return err
	}
	wrong := func(name string, err error, numbers ...int) {
		t.Helper()
		var parts *uploads.PartsError
		if !errors.As(err, &parts) || files.CodeOf(err) != files.CodeInvalidParts {
			t.Errorf("%s: %v, want the parts %v named", name, err, numbers)
			return
		}
		var named []int
		for _, p := range parts.Parts {
			named = append(named, p.Number)
		}
		if !equal(named, numbers) {
			t.Errorf("%s: %v, want the parts %v named", name, err, numbers)
		}
	}
	wrong("nothing sent", complete(uploads.Finish{}), 1, 2, 3)
	send(t, started.Parts[0].Presigned, body[:10*mib])
	send(t, started.Parts[2].Presigned, body[20*mib:])
	wrong("one missing", complete(uploads.Finish{}), 2)
	sent := sendAll(t, started, body)

	with := func(change func([]uploads.FinishedPart) []uploads.FinishedPart) uploads.Finish {
		return uploads.Finish{Parts: change(append([]uploads.FinishedPart(nil), sent...))}
	}
	wrong("changed", complete(with(func(p []uploads.FinishedPart) []uploads.FinishedPart { p[1].ETag = p[0].ETag; return p })), 2)
	wrong("another checksum", complete(with(func(p []uploads.FinishedPart) []uploads.FinishedPart {
		p[2].ChecksumCRC64NVME = crc64NVME(nil)
		return p
	})), 3)
	wrong("left out", complete(with(func(p []uploads.FinishedPart) []uploads.FinishedPart { return p[:2] })), 3)
	wrong("twice", complete(with(func(p []uploads.FinishedPart) []uploads.FinishedPart { p[2].Number = 1; return p })), 1)
	wrong("too many", complete(with(func(p []uploads.FinishedPart) []uploads.FinishedPart {
		return append(p, uploads.FinishedPart{Number: 4})
	})), 4)
	wrong("impossible", complete(with(func(p []uploads.FinishedPart) []uploads.FinishedPart { p[0].Number = 0; return p })), 0)
	if err := complete(uploads.Finish{ChecksumCRC64NVME: crc64NVME([]byte("other"))}); files.CodeOf(err) != files.CodeInvalidChecksum {
		t.Errorf("another checksum of the whole: %v", err)
	}
	if err := complete(uploads.Finish{ChecksumCRC64NVME: "?"}); files.CodeOf(err) != files.CodeInvalidChecksum {
		t.Errorf("no checksum: %v", err)
	}
	if stored(t, alice, "film") != nil {
		t.Fatal("there is an object already")
	}
	// Any order, quoted or not, with or without ETags.
	sent[0], sent[2] = sent[2], sent[0]
	sent[1].ETag = strings.Trim(sent[1].ETag, `"`)
	sent[2].ETag = ""
	if err := complete(uploads.Finish{Parts: sent}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(stored(t, alice, "film"), body) {
		t.Error("other bytes are stored than were sent")
	}
}

// TestOpenParts is about uploads whose size nobody said: gaps and parts that
// are too small are named, and the limit holds.
func TestOpenParts(t *testing.T) {
	c := newControl(t, func(cfg *uploads.Config) { cfg.Limits.MaxSize = 11 * mib })
	for name, tc := range map[string]struct {
		sizes map[int]int
		code  files.Code
		named []int
	}{
		"nothing":         {nil, files.CodeInvalidParts, []int{1}},
		"a gap":           {map[int]int{1: 5 * mib, 3: 1}, files.CodeInvalidParts, []int{2}},
		"small parts":     {map[int]int{1: 10, 2: 10, 3: 10}, files.CodeInvalidParts, []int{1, 2}},
		"over the limit":  {map[int]int{1: 5 * mib, 2: 6*mib + 1}, files.CodeTooLarge, nil},
		"up to the limit": {map[int]int{1: 5 * mib, 2: 6 * mib}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			alice := person(t)
			started := start(t, c, alice, uploads.Intent{Intent: files.Intent{Key: "k"}})
			for number, size := range tc.sizes {
				p, err := c.SignOpenPart(t.Context(), alice, "k", started.ID, number)
				if err != nil || p.ContentLength != files.SizeUnknown {
					t.Fatalf("%+v, %v", p, err)
				}
				if status, _ := send(t, p, content(size)); status != http.StatusOK {
					t.Fatalf("part %d: status %d", number, status)
				}
			}
			_, err := c.Complete(t.Context(), alice, "k", started.ID, uploads.Finish{})
			if files.CodeOf(err) != tc.code {
				t.Fatalf("%v, want %q", err, tc.code)
			}
			var parts *uploads.PartsError
			var named []int
			if errors.As(err, &parts) {
				for _, p := range parts.Parts {
					named = append(named, p.Number)
				}
			}
			if !equal(named, tc.named) {
				t.Errorf("%v named, want %v", named, tc.named)
			}
		})
	}
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
