package transfer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMisled: what a command says, and how it ends, where it is pointed at something
// else than was meant. Scripts take 3 for "not there yet" and 4 for "get a token".
func TestMisled(t *testing.T) {
	r := newRig(t)
	store, _, err := r.server.Store()
	if err != nil {
		t.Fatal(err)
	}
	r.file("photos/a.jpg", 10)
	const foreign = " is not the address of a Bytepass API"
	for name, tc := range map[string]struct {
		args []string
		code int
		says string
	}{
		"ls at a wrong path":         {[]string{"ls", "--url", r.URL + "/foo"}, 1, r.URL + "/foo" + foreign},
		"get at a wrong path":        {[]string{"get", "k", "--url", r.URL + "/foo"}, 1, foreign},
		"put at a wrong path":        {[]string{"put", "photos/", "/", "--url", r.URL + "/foo"}, 1, foreign},
		"rm at a wrong path":         {[]string{"rm", "k", "--url", r.URL + "/foo"}, 1, foreign},
		"uploads at a wrong path":    {[]string{"uploads", "--url", r.URL + "/foo"}, 1, foreign},
		"ls at the API's own path":   {[]string{"ls", "--url", r.URL + "/api"}, 1, foreign},
		"ls at the store":            {[]string{"ls", "--url", store}, 1, foreign},
		"put at the store":           {[]string{"put", "photos/a.jpg", "k", "--url", store}, 1, foreign},
		"rm of nothing at all":       {[]string{"rm", "--recursive", "/"}, 3, "there are no files"},
		"rm of a key that is absent": {[]string{"rm", "k"}, 3, "there is no such file"},
	} {
		code, stdout, stderr := r.run(r.command(tc.args...))
		if code != tc.code || stdout != "" || !strings.Contains(stderr, tc.says) || strings.Contains(stderr, `""`) {
			t.Errorf("%s: exit code %d, %s%s", name, code, stdout, stderr)
		}
	}

	r.one("put", "photos/a.jpg", "films/a.jpg")
	for _, args := range [][]string{{"rm", "films"}, {"get", "films", "x"}} {
		if code, _, stderr := r.run(r.command(args...)); code != 3 || !strings.Contains(stderr, `write "films/" for what is in it`) {
			t.Errorf("%s of a folder: exit code %d, %s", args[0], code, stderr)
		}
	}
	code, _, stderr := r.run(r.command("put", "--no-overwrite", "photos/a.jpg", "films/a.jpg"))
	if code != 1 || !strings.Contains(stderr, "films/a.jpg: there is a file") {
		t.Errorf("a key that is taken: exit code %d, %s", code, stderr)
	}
}

// TestLeftOfAnInterruptedGet: what an interrupted get has left in a folder is not
// sent with it.
func TestLeftOfAnInterruptedGet(t *testing.T) {
	r := newRig(t)
	r.file("large", 3*partSize)
	r.one("put", "large", "photos/large.bin")
	r.file("photos/a.jpg", 10)
	reached := r.count.fetched.hold(partSize)
	get := r.command("get", "photos/large.bin", "photos/")
	if err := get.Start(); err != nil {
		t.Fatal(err)
	}
	<-reached
	if err := get.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = get.Wait() // it was killed
	r.count.fetched.release()
	if left, err := filepath.Glob(filepath.Join(r.folder, "photos", ".bytepass-*")); err != nil || len(left) != 2 {
		t.Fatalf("it has left %q, %v", left, err)
	}
	if e := r.one("put", "photos/", "sent/"); e.Key != "sent/a.jpg" {
		t.Errorf("put says %+v", e)
	}
	if _, err := os.Stat(filepath.Join(r.folder, "photos", "large.bin")); !os.IsNotExist(err) {
		t.Errorf("the file is there: %v", err)
	}
}
