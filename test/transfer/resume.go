package transfer

import (
	"math/rand/v2"
	"testing"
)

const (
	largeFile = 100*mib + 12345
	partSize  = 10 * mib
	inFlight  = 2 // parts or ranges at once, which a kill may cost
	rangeSize = 16 * mib
	linkSpeed = `{"name":"slow","type":"bandwidth","stream":"upstream","attributes":{"rate":51200}}` // KB/s
	linkBack  = `{"name":"slow back","type":"bandwidth","stream":"downstream","attributes":{"rate":51200}}`
)

// killAt starts a command and kills it when so many bytes more have passed; it
// reports whether the command was killed before its end.
func (r *rig) killAt(meter *meter, bytes int64, args ...string) bool {
	r.t.Helper()
	cmd := r.command(args...)
	reached := meter.hold(bytes)
	defer meter.release()
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait() // its state says how it ended
		close(ended)
	}()
	select {
	case <-reached:
		cmd.Process.Kill()
	case <-ended:
	}
	<-ended
	r.network() // breaks what is left of its connections
	return !cmd.ProcessState.Success()
}

// putResumes kills put at random points, again and again, and lets it end: only
// what was under way has travelled twice.
func putResumes(t *testing.T, r *rig, size int64, kills int) {
	const key = "killed/put.bin"
	sum := r.file("large", size)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	killed := 0
	for range kills {
		if r.killAt(&r.count.sent, 3*partSize+random.Int64N(partSize), "put", "large", key, "--parallel", "2") {
			killed++
		}
	}
	e := r.one("put", "large", key)
	if e.Resumed == 0 || e.Resumed+e.Sent != size {
		t.Errorf("of %d bytes %d were there and %d were sent", size, e.Resumed, e.Sent)
	}
	total := r.count.sent.Load()
	t.Logf("measured: put of %d MB killed %d times: %d MB travelled, the last run resumed %d MB", size/1e6, killed, total/1e6, e.Resumed/1e6)
	if most := size + int64(killed*inFlight*partSize); killed == 0 || total > most {
		t.Errorf("killed %d times, and %d bytes travelled: more than %d, what was under way had to be repeated", killed, total, most)
	}
	r.one("get", key, "back")
	if r.sum("back") != sum {
		t.Error("other bytes came back")
	}
	if code, stdout, stderr := r.run(r.command("uploads", key)); code != 0 || stdout != "" {
		t.Errorf("unfinished uploads are left: exit code %d, %s%s", code, stdout, stderr)
	}
}

// getResumes does the same to get.
func getResumes(t *testing.T, r *rig, size int64, kills int) {
	const key = "killed/get.bin"
	sum := r.file("large", size)
	r.one("put", "large", key)
	random := rand.New(rand.NewPCG(1, 2))
	killed := 0
	for range kills {
		if r.killAt(&r.count.fetched, 9*rangeSize/4+random.Int64N(rangeSize/4), "get", key, "back", "--parallel", "2") {
			killed++
		}
	}
	e := r.one("get", key, "back")
	total := r.count.fetched.Load()
	t.Logf("measured: get of %d MB killed %d times: %d MB travelled, the last run resumed %d MB", size/1e6, killed, total/1e6, e.Resumed/1e6)
	_, verified := r.verified(true)
	if e.Resumed == 0 || e.Resumed+e.Sent != size && !r.WholeFilesOnly || e.Verified != verified {
		t.Errorf("get says %+v", e)
	}
	if most := size + int64(killed*inFlight*rangeSize); killed == 0 || total > most && !r.WholeFilesOnly {
		t.Errorf("killed %d times, and %d bytes travelled, more than %d", killed, total, most)
	}
	if r.sum("back") != sum {
		t.Error("other bytes came back")
	}
}
