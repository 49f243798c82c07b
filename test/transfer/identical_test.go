package transfer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const mib = 1 << 20

// TestByteIdentical sends files of all awkward sizes and fetches them again.
func TestByteIdentical(t *testing.T) {
	r := newRig(t)
	for name, size := range map[string]int64{
		"empty": 0, "one byte": 1, "10 MiB": 10 * mib, "10 MiB and a byte": 10*mib + 1,
		"16 MiB but one": 16*mib - 1, "16 MiB": 16 * mib, "16 MiB and a byte": 16*mib + 1, "123 MB": 123_456_789,
	} {
		sum := r.file("file", size)
		if e := r.one("put", "file", "sizes/"+name); e.Size != size || e.Sent != size || e.Verified == "size" {
			t.Errorf("%s: put says %+v", name, e)
		}
		if e := r.one("get", "sizes/"+name, "back"); e.Size != size || e.Sent != size || e.Verified != "sha256" {
			t.Errorf("%s: get says %+v", name, e)
		}
		if got := r.sum("back"); got != sum {
			t.Errorf("%s: SHA-256 %s came back, %s went", name, got, sum)
		}
	}
}

// awkward are names that break something somewhere.
var awkward = []string{
	"leer zeichen.txt", "ünïcödé.txt", "日本語のファイル.txt", "русский.txt", "עברית.txt", "العربية.txt", "हिन्दी.txt", "emoji 👩‍👩‍👧 😀.txt",
	"100%.txt", "a+b&c=d;e.txt", "what?#frag.txt", "%2F%00.txt", `quote"'.txt`, `back\slash.txt`, "[brackets]{braces}.txt", "star*.txt", "-dash.txt", ".hidden",
	"tilde~.txt", "comma,colon:.txt", strings.Repeat("x", 255), strings.Repeat("é", 127) + "x",
}

// TestNames sends a folder of awkward names and fetches it again, all at once.
func TestNames(t *testing.T) {
	r := newRig(t)
	sums := map[string]string{}
	for i, name := range awkward {
		sums["names/deep/"+name] = r.file("names/deep/"+name, int64(i+1))
	}
	if n := len(r.json("put", "names", "backup/")); n != len(awkward) {
		t.Errorf("%d files were sent, not %d", n, len(awkward))
	}
	r.await("backup/", len(awkward))
	events := r.json("get", "backup/", "restored/")
	if len(events) != len(awkward) {
		t.Errorf("%d files were fetched, not %d", len(events), len(awkward))
	}
	for name, sum := range sums {
		if got := r.sum("restored/" + name); got != sum {
			t.Errorf("%q came back with other bytes", name)
		}
	}
	left, err := filepath.Glob(filepath.Join(r.folder, "restored/names/deep/.bytepass*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
	if e := r.one("get", "--exact", "backup/names/deep/star*.txt", "star"); r.sum("star") != sums["names/deep/star*.txt"] {
		t.Errorf("%+v", e)
	}
}

// TestPatterns gets and removes what matches.
func TestPatterns(t *testing.T) {
	r := newRig(t)
	for _, name := range []string{"p/a.jpg", "p/b.jpg", "p/c.txt", "p/sub/d.jpg"} {
		r.file(name, 10)
	}
	r.json("put", "p/*.jpg", "p/c.txt", "x/")
	r.json("put", "p/sub", "x/")
	r.await("x/", 4)
	for pattern, want := range map[string]int{"x/*.jpg": 2, "x/**.jpg": 3, "x/?.txt": 1, "x/": 4} {
		if got := len(r.json("get", pattern, t.TempDir()+"/")); got != want {
			t.Errorf("%s fetches %d files, want %d", pattern, got, want)
		}
	}
	if n := len(r.json("rm", "--dry-run", "x/**")); n != 4 {
		t.Errorf("%d would be removed", n)
	}
	if n := len(r.json("rm", "x/*.jpg")); n != 2 {
		t.Errorf("%d removed", n)
	}
	r.await("x/", 2)
	if code, stdout, _ := r.run(r.command("ls", "--recursive", "--quiet")); code != 0 || strings.Contains(stdout, "x/a.jpg") || !strings.Contains(stdout, "x/sub/d.jpg\n") {
		t.Errorf("ls: exit code %d, %s", code, stdout)
	}
	if code, stdout, _ := r.run(r.command("ls", "x")); code != 0 || !strings.Contains(stdout, "x/c.txt") || !strings.Contains(stdout, "x/sub/") || strings.Contains(stdout, "d.jpg") {
		t.Errorf("ls of a folder: exit code %d, %s", code, stdout)
	}
}

// TestStreams sends what another program writes and gives it to another one.
func TestStreams(t *testing.T) {
	r := newRig(t)
	for name, size := range map[string]int64{"nothing": 0, "little": 5, "one part": 16 * mib, "more": 40*mib + 7} {
		sum := r.file("file", size)
		in, err := os.Open(filepath.Join(r.folder, "file"))
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		put := r.command("put", "-", "stream/"+name)
		put.Stdin = in
		if code, _, stderr := r.run(put); code != 0 {
			t.Fatalf("%s: put: exit code %d: %s", name, code, stderr)
		}
		code, stdout, stderr := r.run(r.command("get", "stream/"+name, "-"))
		if code != 0 {
			t.Fatalf("%s: get: exit code %d: %s", name, code, stderr)
		}
		if err := os.WriteFile(filepath.Join(r.folder, "back"), []byte(stdout), 0o666); err != nil {
			t.Fatal(err)
		}
		if r.sum("back") != sum {
			t.Errorf("%s: %d other bytes came back", name, len(stdout))
		}
	}
}
