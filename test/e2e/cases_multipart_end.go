package e2e

import (
	"fmt"
	"net/http"
)

// completeTwice: a client that lost the answer asks again and gets the same
// one, whatever it does then, until the file is replaced.
func completeTwice(t T, w *World) {
	key := w.Key("twice.bin")
	s := w.start(t, key, 5, nil)
	w.sends(t, s, []byte("bytes"), s.Parts...)
	done := w.completes(t, s)
	if again := w.completes(t, s); again != done {
		t.Errorf("completed twice: %+v and %+v", done, again)
	}
	w.look(t, s).isGone(t, done.VersionID)
	w.giveUp(t, s)
	w.giveUp(t, s)
	if again := w.completes(t, s); again != done {
		t.Errorf("completed after an abort: %+v and %+v", done, again)
	}
	if a := w.putPart(t, s.Parts[0], []byte("other")); a.Status/100 != 4 {
		t.Errorf("a part of a completed upload: %d", a.Status)
	}
	w.reads(t, key, []byte("bytes"))

	newer := w.start(t, key, 5, nil)
	w.sends(t, newer, []byte("newer"), newer.Parts...)
	replaced := w.completes(t, newer)
	w.finish(t, s, nil).isGone(t, replaced.VersionID)
	w.Eventually(t, "the newer file", func() error {
		if r := w.File(t, Alice, key); r.VersionID != replaced.VersionID {
			return fmt.Errorf("the record is of version %s", r.VersionID)
		}
		return nil
	})
	w.reads(t, key, []byte("newer"))
}

// abortedUpload: what was aborted is gone, and says so: with what the key holds
// if it holds something.
func abortedUpload(t T, w *World) {
	key := w.Key("aborted.bin")
	s := w.start(t, key, 5, nil)
	w.sends(t, s, []byte("bytes"), s.Parts...)
	w.giveUp(t, s)
	w.giveUp(t, s)
	w.look(t, s).isGone(t, "")
	w.finish(t, s, nil).isGone(t, "")
	if a := w.putPart(t, s.Parts[0], []byte("bytes")); a.Status/100 != 4 {
		t.Errorf("a part of an aborted upload: %d", a.Status)
	}
	if w.head(t, Alice, key) != nil {
		t.Error("an aborted upload became a file")
	}

	w.Upload(t, Alice, key, "text/plain", []byte("another"))
	w.Arrives(t, Alice, key)
	version := w.File(t, Alice, key).VersionID
	w.look(t, s).isGone(t, version)
	w.finish(t, s, nil).isGone(t, version)
	w.giveUp(t, s)
	if a := w.Do(t, Request{Method: "GET", Path: "/api/file?key=" + key, Owner: Alice}); a.Status != http.StatusOK {
		t.Errorf("after the abort of a stale upload the file: %d %s", a.Status, a.Body)
	}
}
