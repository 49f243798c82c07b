package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"

	"golang.org/x/text/unicode/norm"
)

// resumedUpload: half of it is sent, the client loses everything but the file
// and its key, finds the upload and sends only what is missing.
func resumedUpload(t T, w *World) {
	key, file := w.Key("film.mp4"), fileOf(2*partSize+5)
	want := map[string]string{"album": "Sömmer 🌊"}
	s := w.start(t, key, len(file), map[string]any{"metadata": want, "name": "Unser Film.mp4"})
	if s.Key != key || s.PartSize != partSize || s.PartCount != 3 || len(s.Parts) != 3 || s.Parts[2].ContentLength != 5 {
		t.Fatalf("started %+v", s)
	}
	w.sends(t, s, file, s.Parts[0], s.Parts[2])
	w.finish(t, s, nil).names(t, 2)

	var found []StartedUpload
	w.Call(t, Request{Method: "GET", Path: fmt.Sprintf("/api/uploads?key=%s&size=%d", url.QueryEscape(key), len(file)), Owner: Alice}, &found)
	if len(found) != 1 || found[0].Key != key || found[0].PartSize != s.PartSize || found[0].PartCount != s.PartCount {
		t.Fatalf("unfinished are %+v", found)
	}
	again := found[0]
	if there := w.progress(t, again); !maps.Equal(there, map[int]int64{1: partSize, 3: 5}) {
		t.Errorf("the parts %v are there, want 1 and 3", there)
	}
	var more struct{ Parts []SignedPart }
	w.Call(t, Request{Method: "POST", Path: upload(again.UploadID, "/parts", ""), Owner: Alice,
		Body: map[string]any{"key": key, "partNumbers": []int{2}}}, &more)
	w.sends(t, again, file, more.Parts...)
	// Where a server dies meanwhile, another one is asked again: this id knows no
	// nonce, so the parts tell it whose file is there.
	done := w.completes(t, again, w.arrived(t, again)...)
	w.Arrives(t, Alice, key)
	w.reads(t, key, file)
	r := w.File(t, Alice, key)
	w.equalsHead(t, Alice, r)
	if r.VersionID != done.VersionID || r.MimeType != "video/mp4" || r.Name != "Unser Film.mp4" || !maps.Equal(r.Metadata, want) {
		t.Errorf("the record is %+v, completed was %+v", r, done)
	}
	// The first id knows the nonce, so it gets the same answer.
	if first := w.completes(t, s); first != done {
		t.Errorf("by its first id the upload became %+v, and was %+v", first, done)
	}
	if left := w.unfinished(t, Alice, key); len(left) != 0 {
		t.Errorf("after the completion there is %+v", left)
	}
}

// partSizes: files around the size of a part, and one of which nobody knew how
// long it gets.
func partSizes(t T, w *World) {
	for size, count := range map[int]int{0: 1, 1: 1, partSize: 1, partSize + 1: 2} {
		key, file := w.Key(fmt.Sprint(size, ".bin")), fileOf(size)
		s := w.start(t, key, size, nil)
		if s.PartCount != count || len(s.Parts) != count {
			t.Errorf("%d bytes are %d parts, want %d", size, s.PartCount, count)
		}
		w.sends(t, s, file, s.Parts...)
		if done := w.completes(t, s); done.Size != int64(size) {
			t.Errorf("%d bytes became %d", size, done.Size)
		}
		w.reads(t, key, file)
	}
	const first = 5 << 20
	key, file := w.Key("stream.bin"), fileOf(first+3)
	var s StartedUpload
	w.Call(t, Request{Method: "POST", Path: "/api/uploads", Owner: Alice, Body: map[string]any{"key": key, "mimeType": ""}}, &s)
	var signed struct{ Parts []SignedPart }
	w.Call(t, Request{Method: "POST", Path: upload(s.UploadID, "/parts", ""), Owner: Alice, Body: map[string]any{
		"key": key, "parts": []map[string]any{{"partNumber": 1, "size": first}, {"partNumber": 2, "size": 3}}}}, &signed)
	s.PartSize = first
	w.sends(t, s, file, signed.Parts...)
	w.completes(t, s)
	w.reads(t, key, file)
}

// awkwardInParts: every name goes through the routes of an upload and comes
// back as itself.
func awkwardInParts(t T, w *World) {
	var stored []string
	for _, name := range w.names() {
		key := w.Key(name)
		s := w.start(t, key, len(contentOf(key)), nil)
		if s.Key != norm.NFC.String(key) {
			t.Errorf("%q came back as %q", key, s.Key)
		}
		w.sends(t, s, contentOf(key), s.Parts...)
		if there := w.progress(t, s); len(there) != 1 {
			t.Errorf("of %q the parts %v are there", key, there)
		}
		w.completes(t, s)
		stored = append(stored, s.Key)
	}
	w.Arrives(t, Alice, stored...)
	for _, key := range stored {
		w.reads(t, key, contentOf(key))
	}
}

// unfinishedOfKey: stores list by prefix; the API lists exactly the key's.
func unfinishedOfKey(t T, w *World) {
	var started []StartedUpload
	keys := []string{"a", "ab", "a b", "a.b", "A"}
	if w.Differences().EncodesUploads {
		keys = []string{"a", "ab", "a.b", "A"}
	}
	for _, name := range keys {
		started = append(started, w.start(t, w.Key(name), 5, nil))
	}
	for _, s := range started {
		if list := w.unfinished(t, Alice, s.Key); len(list) != 1 || list[0].Key != s.Key {
			t.Errorf("of %q unfinished are %+v", s.Key, list)
		}
		if list := w.unfinished(t, Bob, s.Key); len(list) != 0 {
			t.Errorf("bob sees %+v", list)
		}
	}
	if list := w.unfinished(t, Alice, w.Key("nothing")); len(list) != 0 {
		t.Errorf("of a key without uploads there are %+v", list)
	}
	started = append(started, w.start(t, w.Key("a"), 7, nil))
	if list := w.unfinished(t, Alice, w.Key("a")); len(list) != 2 || list[0].UploadID == list[1].UploadID {
		t.Errorf("of two uploads of a key unfinished are %+v", list)
	}
	for _, s := range started {
		w.giveUp(t, s)
	}
}

// noOverwriteInParts: overwrite:false holds when it is started and when it is
// completed.
func noOverwriteInParts(t T, w *World) {
	key, options := w.Key("once.bin"), map[string]any{"overwrite": false}
	first, second := w.start(t, key, 5, options), w.start(t, key, 6, options)
	w.sends(t, first, []byte("first"), first.Parts...)
	w.sends(t, second, []byte("second"), second.Parts...)
	done := w.completes(t, first)
	w.finish(t, second, nil).Refused(t, http.StatusConflict, "conflict", "key")
	if again := w.completes(t, first); again != done {
		t.Errorf("completed again, the first became %+v and was %+v", again, done)
	}
	w.reads(t, key, []byte("first"))

	said := w.start(t, key, 5, nil) // it may, until the completion says otherwise
	w.sends(t, said, []byte("third"), said.Parts...)
	w.finish(t, said, options).Refused(t, http.StatusConflict, "conflict", "key")
	w.reads(t, key, []byte("first"))
	w.giveUp(t, second)
	w.giveUp(t, said)
}
