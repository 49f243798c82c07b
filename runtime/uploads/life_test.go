package uploads_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc64"
	"net/http"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// crc64NVME is the checksum as S3 writes it.
func crc64NVME(b []byte) string {
	sum := crc64.Checksum(b, crc64.MakeTable(0x9a6c9329ac4bc9b5))
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, sum))
}

// TestLife sends files of every kind of size from Start to Complete, and reads
// them back.
func TestLife(t *testing.T) {
	for name, size := range map[string]int{
		"nothing": 0, "one byte": 1, "exactly one part": 10 * mib, "one byte over": 10*mib + 1, "three parts": 25 * mib,
	} {
		t.Run(name, func(t *testing.T) {
			c, alice, body := newControl(t, nil), person(t), content(size)
			started := start(t, c, alice, intent("Ünïcode 文件 💾.mp4", size))
			if got, want := len(started.Parts), max(1, (size+10*mib-1)/(10*mib)); got != want || started.Plan.Count() != want {
				t.Fatalf("%d URLs, %d parts planned, want %d", got, started.Plan.Count(), want)
			}
			if !started.FullChecksum {
				t.Error("the store keeps no checksum of the whole")
			}
			sendAll(t, started, body)
			progress, err := c.Progress(t.Context(), alice, string(started.Key), started.ID)
			if err != nil || len(progress.Parts) != len(started.Parts) {
				t.Fatalf("progress %+v, %v", progress, err)
			}
			done, err := c.Complete(t.Context(), alice, string(started.Key), started.ID, uploads.Finish{ChecksumCRC64NVME: crc64NVME(body)})
			if err != nil {
				t.Fatal(err)
			}
			if done.Size != int64(size) || done.ETag == "" || done.VersionID == "" || done.ChecksumCRC64NVME != crc64NVME(body) {
				t.Errorf("completed %+v", done)
			}
			if !strings.HasPrefix(done.Location, gateway.Endpoint()+"/files/u/") || strings.Contains(done.Location, "?") {
				t.Errorf("location %s", done.Location)
			}
			if !bytes.Equal(stored(t, alice, string(started.Key)), body) {
				t.Error("other bytes are stored than were sent")
			}
		})
	}
}

// TestDeclaration checks what the object carries.
func TestDeclaration(t *testing.T) {
	c, alice := newControl(t, nil), person(t)
	in := intent("a.mp4", 3)
	in.Name, in.Metadata = "Mein Film – 1.mp4", map[string]string{"Farbe": "grün"}
	started := start(t, c, alice, in)
	sendAll(t, started, []byte("abc"))
	if _, err := c.Complete(t.Context(), alice, "a.mp4", started.ID, uploads.Finish{}); err != nil {
		t.Fatal(err)
	}
	head := head(t, alice, "a.mp4")
	if !head.Declared {
		t.Fatalf("head %+v", head)
	}
	if d := head.Declaration; *d.Size != 3 || d.Type != "video/mp4" || d.Name != in.Name || d.Metadata["Farbe"] != "grün" || len(d.Nonce) != 22 {
		t.Errorf("declared %+v", d)
	}
	if v := head.Verdict(); v != "" || head.MimeType != "video/mp4" {
		t.Errorf("verdict %q, type %q", v, head.MimeType)
	}
}

// TestStream sends a file of unknown length: as many parts as it takes, the
// last one as long as it is.
func TestStream(t *testing.T) {
	c, alice, body := newControl(t, nil), person(t), content(6*mib)
	started := start(t, c, alice, uploads.Intent{Intent: files.Intent{Key: "stdin"}})
	if started.Plan.Known() || started.Plan.Count() != 0 || started.Plan.PartSize != uploads.StreamPartSize || len(started.Parts) == 0 {
		t.Fatalf("started %+v with %d URLs", started.Plan, len(started.Parts))
	}
	if started.Parts[0].ContentLength != uploads.StreamPartSize {
		t.Errorf("the first part is bound to %d bytes", started.Parts[0].ContentLength)
	}
	first, second := int64(5*mib), int64(mib)
	batch, err := c.SignParts(t.Context(), alice, "stdin", started.ID, []uploads.WantedPart{{Number: 1, Size: &first}, {Number: 2, Size: &second}})
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := send(t, batch.Parts[1].Presigned, body[:10]); status != http.StatusForbidden {
		t.Errorf("a shorter part than asked for: status %d", status)
	}
	send(t, batch.Parts[0].Presigned, body[:5*mib])
	send(t, batch.Parts[1].Presigned, body[5*mib:])
	if _, err := c.Complete(t.Context(), alice, "stdin", started.ID, uploads.Finish{}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(stored(t, alice, "stdin"), body) {
		t.Error("other bytes are stored than were sent")
	}
	if d := head(t, alice, "stdin").Declaration; d.Size != nil || *d.MaxSize != limits.MaxSize {
		t.Errorf("declared %+v", d)
	}
}

// TestResumeWithoutMemory goes on with an upload of which the client knows
// nothing but the key and the file.
func TestResumeWithoutMemory(t *testing.T) {
	c, alice, body := newControl(t, nil), person(t), content(12*mib)
	size := int64(len(body))
	old := start(t, c, alice, intent("film", len(body)))
	start(t, c, alice, intent("film.mp4", len(body))) // another key that begins so
	send(t, old.Parts[0].Presigned, body[:10*mib])

	list, err := c.Unfinished(t.Context(), alice, "film", &size)
	if err != nil || len(list) != 1 {
		t.Fatalf("unfinished %+v, %v", list, err)
	}
	id := list[0].ID
	if list[0].Plan != old.Plan || list[0].StartedAt.IsZero() {
		t.Errorf("unfinished %+v", list[0])
	}
	progress, err := c.Progress(t.Context(), alice, "film", id)
	if err != nil || len(progress.Parts) != 1 || progress.Parts[0].ChecksumCRC64NVME != crc64NVME(body[:10*mib]) {
		t.Fatalf("progress %+v, %v", progress, err)
	}
	batch, err := c.SignParts(t.Context(), alice, "film", id, []uploads.WantedPart{{Number: 2}})
	if err != nil {
		t.Fatal(err)
	}
	send(t, batch.Parts[0].Presigned, body[10*mib:])
	finish := uploads.Finish{ChecksumCRC64NVME: crc64NVME(body)}
	first, err := c.Complete(t.Context(), alice, "film", id, finish)
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.Complete(t.Context(), alice, "film", id, finish)
	if err != nil || again != first {
		t.Errorf("asked again: %+v, %v; the first time %+v", again, err, first)
	}
	if !bytes.Equal(stored(t, alice, "film"), body) {
		t.Error("other bytes are stored than were sent")
	}
}

// TestResumeWithoutTheSize: without the file's size nobody knows whether all has
// arrived, so half a file is not completed by mistake.
func TestResumeWithoutTheSize(t *testing.T) {
	c, alice, body := newControl(t, nil), person(t), content(12*mib)
	old := start(t, c, alice, intent("film", len(body)))
	_, etag := send(t, old.Parts[0].Presigned, body[:10*mib])
	list, err := c.Unfinished(t.Context(), alice, "film", nil)
	if err != nil || len(list) != 1 {
		t.Fatalf("unfinished %+v, %v", list, err)
	}
	id := list[0].ID
	if list[0].Plan.PartSize != 0 || list[0].Plan.Known() {
		t.Errorf("the plan of nobody knows which file is %+v", list[0].Plan)
	}
	if _, err := c.SignParts(t.Context(), alice, "film", id, []uploads.WantedPart{{Number: 2}}); files.CodeOf(err) != files.CodeInvalidField {
		t.Errorf("a part of nobody knows which length: %v", err)
	}
	if _, err := c.Complete(t.Context(), alice, "film", id, uploads.Finish{}); files.CodeOf(err) != files.CodeInvalidField {
		t.Errorf("half of it was completed: %v", err)
	}

	last := int64(2 * mib)
	batch, err := c.SignParts(t.Context(), alice, "film", id, []uploads.WantedPart{{Number: 2, Size: &last}})
	if err != nil {
		t.Fatal(err)
	}
	_, etag2 := send(t, batch.Parts[0].Presigned, body[10*mib:])
	if _, err := c.Complete(t.Context(), alice, "film", id, uploads.Finish{Parts: []uploads.FinishedPart{{Number: 1, ETag: etag}, {Number: 2, ETag: etag2}}}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(stored(t, alice, "film"), body) {
		t.Error("other bytes are stored than were sent")
	}
}

func objectKey(t testing.TB, s files.Space, key files.Key) string {
	t.Helper()
	o, err := s.ObjectKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return o
}
