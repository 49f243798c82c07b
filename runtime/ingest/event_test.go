package ingest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const awkwardKey = "u/alice/Grüße a+b %20?#&x 💾.txt"

func readEvent(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestDecode(t *testing.T) {
	versitygw := func(key string) []Event { return []Event{{"bytepass", key}} }
	for _, c := range []struct {
		file string
		keys KeyEncoding
		want []Event
	}{
		{"eventbridge/object-created.json", FormEncoded, []Event{{"bucket", awkwardKey}}},
		{"eventbridge/object-deleted.json", FormEncoded, []Event{{"bucket", awkwardKey}}},
		{"eventbridge/lifecycle-expired.json", Plain, []Event{{"bucket", awkwardKey}}},
		{"s3/notification.json", FormEncoded, []Event{{"bucket", awkwardKey}, {"bucket", "u/bob/plain.txt"}}},
		{"s3/test-event.json", FormEncoded, nil},
		{"ceph/notification.json", Plain, []Event{{"bucket", awkwardKey}}},
		{"versitygw/put.json", Plain, versitygw("u/alice/a.txt")},
		{"versitygw/put-awkward-key.json", Plain, versitygw("u/alice/Grüße +%20?#&x 💾/א.txt")},
		{"versitygw/overwrite.json", Plain, versitygw("u/alice/a.txt")},
		{"versitygw/copy-version.json", Plain, versitygw("u/alice/a.txt")},
		{"versitygw/delete-marker.json", Plain, versitygw("u/alice/a.txt")},
		{"versitygw/delete-version.json", Plain, versitygw("u/alice/a.txt")},
		{"versitygw/delete-many-2.json", Plain, versitygw("u/alice/Grüße +%20?#&x 💾/א.txt")},
		{"versitygw/undelete.json", Plain, versitygw("u/alice/a.txt")},
		{"versitygw/multipart-complete.json", Plain, versitygw("u/alice/big.bin")},
		{"versitygw/tagging.json", Plain, versitygw("u/alice/big.bin")},
		{"versitygw/post-form.json", Plain, versitygw("")},
		{"versitygw/test-event.json", Plain, nil},
	} {
		for _, keys := range []KeyEncoding{c.keys, BySender} {
			got, err := Decode(readEvent(t, c.file), keys)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%s: %q, %v; want %q", c.file, got, err, c.want)
			}
		}
	}
}

// Whoever encodes slashes encodes the rest, too, whatever else is said of him.
func TestDecodeBySender(t *testing.T) {
	for _, source := range []string{"minio:s3", "rustfs:s3", "ceph:s3", ""} {
		body := `{"Records":[{"eventSource":"` + source + `","eventName":"s3:ObjectCreated:Put","s3":{"bucket":{"name":"bucket"},"object":{"key":"u%2Falice%2Fa%2Bb+c"}}}]}`
		got, err := Decode([]byte(body), BySender)
		if want := []Event{{"bucket", "u/alice/a+b c"}}; err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", source, got, err, want)
		}
	}
}

func TestDecodeNamesWhatIsWrong(t *testing.T) {
	for body, want := range map[string]string{
		``:                                 "no event",
		`not json`:                         "no event",
		`[]`:                               "no event",
		`{}`:                               "neither a source nor Records",
		`null`:                             "neither a source nor Records",
		`{"Records":[]}`:                   "neither a source nor Records",
		`{"source":"aws.ec2","detail":{}}`: `"aws.ec2"`,
		`{"source":"aws.s3"}`:              "detail.object.key",
		`{"source":"aws.s3","detail":{"object":{"key":""}}}`:         "detail.object.key",
		`{"source":"aws.s3","detail":{"object":{"key":7}}}`:          "no event",
		`{"Records":[{"s3":{"object":{"key":"a"}}},{}]}`:             "Records[1]: no s3.object.key",
		`{"Records":[{"s3":{"object":{"key":"100%"}}}]}`:             "Records[0]: s3.object.key is not form-encoded",
		`{"Records":[{"eventName":"ObjectCreated:Post","s3":null}]}`: "Records[0]: no s3.object.key",
	} {
		if events, err := Decode([]byte(body), FormEncoded); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v; want an error with %q", body, events, err, want)
		}
	}
	// Only form uploads may go unnamed, and only where stores do that.
	unnamed := readEvent(t, "versitygw/post-form.json")
	if events, err := Decode(unnamed, FormEncoded); err == nil {
		t.Errorf("a form-encoding store that names no key: %q", events)
	}
	if events, err := Decode([]byte(strings.Replace(string(unnamed), "ObjectCreated:Post", "ObjectCreated:Put", 1)), Plain); err == nil {
		t.Errorf("a put without a key: %q", events)
	}
}

// Whatever arrives, Decode gives an error or events, and an unnamed event only
// for a form upload.
func FuzzDecode(f *testing.F) {
	for _, name := range []string{"eventbridge/object-created.json", "s3/notification.json", "versitygw/post-form.json", "s3/test-event.json"} {
		f.Add(readEvent(f, name), false)
		f.Add(readEvent(f, name), true)
	}
	f.Fuzz(func(t *testing.T, body []byte, plain bool) {
		keys := FormEncoded
		if plain {
			keys = Plain
		}
		events, err := Decode(body, keys)
		if err != nil && events != nil {
			t.Errorf("both %q and %v", events, err)
		}
		for _, e := range events {
			if e.Key == "" && !plain {
				t.Errorf("an event without a key")
			}
		}
	})
}
