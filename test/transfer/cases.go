package transfer

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const mib = 1 << 20

// Run runs what has to hold on any deployment, in an empty space of the token's
// owner.
func Run(t *testing.T, d Deployment) {
	for name, run := range map[string]func(*testing.T, *rig){
		"comes back": func(t *testing.T, r *rig) {
			comesBack(t, r, map[string]int64{"empty": 0, "one byte": 1, "16 MiB": 16 * mib, "16 MiB and a byte": 16*mib + 1})
		},
		"names":           comesBackByName,
		"patterns":        patterns,
		"put resumes":     func(t *testing.T, r *rig) { putResumes(t, r, largeFile/2, 1) },
		"get resumes":     func(t *testing.T, r *rig) { getResumes(t, r, largeFile/2, 1) },
		"uploads removed": uploadsRemoved,
	} {
		t.Run(name, func(t *testing.T) { run(t, rigOf(t, d)) })
	}
}

// Together runs what has to hold where several send one file at once, in the space
// of Run.
func Together(t *testing.T, d Deployment) {
	t.Run("joins", func(t *testing.T) { joins(t, rigOf(t, d), 4*partSize) })
	t.Run("a part arrives late", func(t *testing.T) { arrivesLate(t, rigOf(t, d)) })
	t.Run("same moment", func(t *testing.T) { atTheSameMoment(t, rigOf(t, d), 2*partSize) })
}

// comesBack sends files of these sizes and fetches them again; both ways tell how
// the bytes were verified.
func comesBack(t *testing.T, r *rig, sizes map[string]int64) {
	files := 0
	for name, size := range sizes {
		sent, got := r.verified(size > 16*mib)
		sum := r.file("file", size)
		if e := r.one("put", "file", "sizes/"+name); e.Size != size || e.Sent != size || e.Verified != sent {
			t.Errorf("%s: put says %+v", name, e)
		}
		files++
		r.await("sizes/", files) // where the store tells late, put does not wait so long
		if e := r.one("get", "sizes/"+name, "back"); e.Size != size || e.Sent != size || e.Verified != got {
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

// comesBackByName sends a folder of awkward names and fetches it again, all at once.
func comesBackByName(t *testing.T, r *rig) {
	sums := map[string]string{}
	awkward := slices.DeleteFunc(slices.Clone(awkward), func(name string) bool { return r.NoBackslashes && strings.Contains(name, `\`) })
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

// patterns gets and removes what matches.
func patterns(t *testing.T, r *rig) {
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

// uploadsRemoved lists what a killed put has left behind, and removes it.
func uploadsRemoved(t *testing.T, r *rig) {
	const key = "left/behind.bin"
	r.file("large", 3*partSize)
	if !r.killAt(&r.count.sent, partSize+partSize/2, "put", "large", key, "--parallel", "1") {
		t.Fatal("put ended before it was killed")
	}
	if code, stdout, stderr := r.run(r.command("uploads", "left/")); code != 0 || !strings.Contains(stdout, key) {
		t.Errorf("uploads: exit code %d: %s%s", code, stdout, stderr)
	}
	if code, stdout, stderr := r.run(r.command("uploads", "left/", "--abort", "--older-than", "0s")); code != 0 {
		t.Errorf("uploads --abort: exit code %d: %s%s", code, stdout, stderr)
	}
	if code, stdout, stderr := r.run(r.command("uploads", "left/")); code != 0 || stdout != "" {
		t.Errorf("after that uploads says, with exit code %d: %s%s", code, stdout, stderr)
	}
}
