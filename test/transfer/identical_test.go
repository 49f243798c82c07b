package transfer

import (
	"os"
	"path/filepath"
	"testing"
)

func TestByteIdentical(t *testing.T) {
	comesBack(t, newRig(t), map[string]int64{
		"empty": 0, "one byte": 1, "10 MiB": 10 * mib, "10 MiB and a byte": 10*mib + 1,
		"16 MiB but one": 16*mib - 1, "16 MiB": 16 * mib, "16 MiB and a byte": 16*mib + 1, "123 MB": 123_456_789,
	})
}

func TestNames(t *testing.T) { comesBackByName(t, newRig(t)) }

func TestPatterns(t *testing.T) { patterns(t, newRig(t)) }

func TestUploadsRemoved(t *testing.T) { uploadsRemoved(t, newRig(t)) }

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
		if e := r.one("get", "stream/"+name, "back"); e.Verified != "etag" || r.sum("back") != sum {
			t.Errorf("%s: get says %+v", name, e) // the SHA-256 was not known when it began
		}
	}
}
