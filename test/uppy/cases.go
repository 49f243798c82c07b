package uppy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	uppysPart = 5 << 20         // bytes
	someParts = 3*uppysPart + 1 // a file of four parts
)

// scene is what a case works with: a page of one mode, and the world behind it.
type scene struct {
	*world
	mode Mode
	page *tab
}

// file returns a file whose name nobody else uses.
func (w scene) file(t *testing.T, name string, size int64) file {
	t.Helper()
	return newFile(t, strings.ReplaceAll(w.mode.Name, ", ", " ")+" "+name, size)
}

// Run runs every case for every mode of the door: beside all others the one that
// only waits. It ends before they do, so it has to be the last of its test.
func Run(t *testing.T, d Door) {
	w := open(t, d)
	t.Run("cases", func(t *testing.T) {
		t.Parallel()
		w.cases(t)
	})
	for i, m := range d.Modes {
		t.Run(m.Name+": an expired URL", func(t *testing.T) {
			t.Parallel()
			expiredURL(t, scene{w, m, w.page(t, i)})
		})
	}
}

// cases runs the others, one by one.
func (w *world) cases(t *testing.T) {
	for i, m := range w.Modes {
		in := func(t *testing.T) scene { return scene{w, m, w.page(t, i)} }
		for _, c := range []struct {
			name string
			run  func(*testing.T, scene)
		}{
			{"a small file", smallFile},
			{"names and metadata", namesAndMetadata},
			{"a part fails twice", partFailsTwice},
			{"pause and resume", pauseAndResume},
			{"cancel", cancel},
		} {
			t.Run(m.Name+": "+c.name, func(t *testing.T) { c.run(t, in(t)) })
		}
		if size := w.Large[m]; size > 0 {
			t.Run(m.Name+": a large file", func(t *testing.T) { largeFile(t, in(t), size) })
		}
	}
}

func smallFile(t *testing.T, w scene) {
	f := w.file(t, "small.txt", 100_000)
	w.page.send(f, false)
	w.page.succeeds()
	if r := w.arrives(t, f); r.MimeType != "text/plain" {
		t.Errorf("the type is %q", r.MimeType)
	}
	empty := w.file(t, "empty.txt", 0)
	w.page.send(empty, false)
	w.page.succeeds()
	w.arrives(t, empty)
}

// namesAndMetadata: names and metadata of every script, by a form and in parts.
func namesAndMetadata(t *testing.T, w scene) {
	for _, inParts := range []bool{false, true} {
		f := w.file(t, fmt.Sprintf("Über uns – 100%% 'neu' & +%v 日本 🌊.mp4", inParts), 10_000)
		f.meta = map[string]string{"caption": "am Meer 🌊 <b>", "author": "Zoë"}
		w.page.send(f, inParts)
		w.page.succeeds()
		r := w.arrives(t, f)
		if r.MimeType != "video/mp4" {
			t.Errorf("the type is %q", r.MimeType)
		}
		if w.mode.noMetadata {
			continue
		}
		if !maps.Equal(r.Metadata, f.meta) {
			t.Errorf("the metadata is %q, want %q", r.Metadata, f.meta)
		}
	}
}

// partFailsTwice: the store answers 500 twice to one part.
func partFailsTwice(t *testing.T, w scene) {
	f := w.file(t, "fails.bin", someParts)
	w.network.Fails(isPart(f, "2"), 2)
	w.page.send(f, true)
	w.page.succeeds()
	w.arrives(t, f)
	w.sent(t, f, map[string]int{"1": 1, "2": 3, "3": 1, "4": 1})
}

// pauseAndResume pauses while a part is on its way: that is given up, and after
// that only this part and those that were not begun are sent.
func pauseAndResume(t *testing.T, w scene) {
	f := w.file(t, "paused.bin", someParts)
	held, givenUp := w.network.Holds(isPart(f, "3"))
	w.page.send(f, true)
	wait(t, held)
	w.page.until("partsSent.has(1) && partsSent.has(2)")
	w.page.run("uppy.pauseAll()")
	wait(t, givenUp)
	time.Sleep(300 * time.Millisecond) // in which it could be sent again
	if sent := w.network.Sent(f.name); sent["1"] != 1 || sent["2"] != 1 || sent["3"] != 1 || sent["4"] > 1 {
		t.Errorf("when it is paused the parts were sent %v times", sent)
	}
	if n := w.unfinished(t, f); n != 1 {
		t.Errorf("while it is paused there are %d uploads", n)
	}
	w.page.run("uppy.resumeAll()")
	w.page.succeeds()
	w.arrives(t, f)
	sent := w.network.Sent(f.name)
	if sent["1"] != 1 || sent["2"] != 1 || sent["3"] != 2 || sent["4"] < 1 {
		t.Errorf("the parts were sent %v times", sent)
	}
}

// cancel: nothing is left of an upload that a person gives up.
func cancel(t *testing.T, w scene) {
	f := w.file(t, "cancelled.bin", someParts)
	held, givenUp := w.network.Holds(isPart(f, "3"))
	w.page.send(f, true)
	wait(t, held)
	w.page.until("partsSent.has(1) && partsSent.has(2)")
	w.page.run("uppy.cancelAll()")
	wait(t, givenUp)
	for end := time.Now().Add(patience); w.unfinished(t, f) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a cancelled upload is still there")
		}
	}
	if status := w.get(t, "/api/file?key="+url.QueryEscape(f.name), nil); status != http.StatusNotFound {
		t.Errorf("the file of a cancelled upload: %d", status)
	}
}

// largeFile is one of which Uppy itself finds that it is sent in parts.
func largeFile(t *testing.T, w scene, size int64) {
	f := w.file(t, "large.bin", size)
	start := time.Now()
	w.page.send(f, false)
	w.page.succeeds()
	t.Logf("measured: Uppy %s: %d MB in %.1f s (%s)", w.mode.Name, size/1_000_000, time.Since(start).Seconds(), w.API)
	w.arrives(t, f)
	if n, want := len(w.network.Sent(f.name)), int((size+uppysPart-1)/uppysPart); n != want {
		t.Errorf("it was sent in %d parts, want %d", n, want)
	}
}

// expiredURL: the URL of a part arrives when its time is over. Version 5 has it
// signed again; version 6 fails, and goes on when a person tries again.
func expiredURL(t *testing.T, w scene) {
	for tries := 1; ; tries++ {
		f := w.file(t, fmt.Sprintf("expired %d.bin", tries), someParts)
		w.expires(t, f)
		sent, want := w.network.Sent(f.name), map[string]int{"1": 1, "2": 2, "3": 1, "4": 1}
		if maps.Equal(sent, want) {
			return
		}
		if tries == 3 { // URLs of other parts run out where a machine stands still, but not each time
			t.Fatalf("the parts were sent %v times, want %v", sent, want)
		}
	}
}

// expires sends a file of which the URL of the second part arrives too late.
func (w scene) expires(t *testing.T, f file) {
	t.Helper()
	w.network.Late(signsPart(f, "2"), w.PartLife+time.Second)
	w.page.send(f, true)
	if w.mode.retries {
		if how := w.page.ends(); how == "ok" {
			t.Error("an expired URL was accepted")
		}
		w.page.run("again()")
	}
	w.page.succeeds()
	w.arrives(t, f)
}

// sent checks how often each part of a file was sent.
func (w scene) sent(t *testing.T, f file, want map[string]int) {
	t.Helper()
	if got := w.network.Sent(f.name); !maps.Equal(got, want) {
		t.Errorf("the parts were sent %v times, want %v", got, want)
	}
}

// wait waits until a part is held, or given up.
func wait(t *testing.T, happened <-chan struct{}) {
	t.Helper()
	select {
	case <-happened:
	case <-time.After(patience):
		t.Fatal("the part never came, or was never given up")
	}
}

// isPart matches a part of the file on its way to the store.
func isPart(f file, number string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/"+f.name) && r.URL.Query().Get("partNumber") == number
	}
}

// signsPart matches a request to the API for the URL of a part of the file.
func signsPart(f file, number string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/s3/sign") {
			return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/"+number) && r.URL.Query().Get("key") == f.name
		}
		var wanted struct {
			Key        string
			PartNumber json.Number
		}
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		return err == nil && json.Unmarshal(body, &wanted) == nil && wanted.Key == f.name && wanted.PartNumber.String() == number
	}
}
