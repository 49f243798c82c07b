package transfer

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestBadNetwork sends and fetches a file while the network cuts, resets, hangs
// and crawls.
func TestBadNetwork(t *testing.T) {
	r := newRig(t)
	sum := r.file("large", largeFile/2)
	for name, toxic := range map[string]string{
		"cut in the middle of a part": `{"name":"bad","type":"limit_data","stream":"upstream","attributes":{"bytes":25000000}}`,
		"cut in the middle of a file": `{"name":"bad","type":"limit_data","stream":"downstream","attributes":{"bytes":9000000}}`,
		"slow answers":                `{"name":"bad","type":"latency","stream":"downstream","attributes":{"latency":100,"jitter":50}}`,
	} {
		r.network(toxic)
		put := r.one("put", "large", name)
		get := r.one("get", name, "back")
		r.network()
		if r.sum("back") != sum || put.Size != get.Size || get.Verified != "sha256" {
			t.Errorf("%s: put says %+v, get says %+v", name, put, get)
		}
	}
	for name, toxic := range map[string]string{
		"reset for a while":   `{"name":"bad","type":"reset_peer","stream":"upstream","attributes":{"timeout":100}}`,
		"answers swallowed":   `{"name":"bad","type":"timeout","stream":"downstream","attributes":{"timeout":0}}`,
		"nothing gets across": `{"name":"bad","type":"timeout","stream":"upstream","attributes":{"timeout":0}}`,
	} {
		before := r.count.sent.Load()
		r.network(linkSpeed)
		healed := make(chan struct{})
		go func() {
			defer close(healed)
			for r.count.sent.Load() < before+2*partSize {
				time.Sleep(time.Millisecond)
			}
			r.network(toxic)
			time.Sleep(1500 * time.Millisecond)
			r.network()
		}()
		put := r.one("put", "large", name, "--timeout", "1s")
		<-healed
		r.one("get", name, "back")
		if r.sum("back") != sum {
			t.Errorf("%s: put says %+v", name, put)
		}
	}
}

// TestServerRestarts kills the server in the middle of a put and of a get; both
// go on when it is back.
func TestServerRestarts(t *testing.T) {
	r := newRig(t)
	sum := r.file("large", largeFile)
	for _, tc := range []struct {
		counter func() int64
		args    []string
	}{
		{r.count.sent.Load, []string{"put", "large", "k"}},
		{r.count.fetched.Load, []string{"get", "k", "back"}},
	} {
		r.network(linkSpeed, linkBack)
		before := tc.counter()
		restarted := make(chan error, 1)
		go func() {
			for tc.counter() < before+3*partSize {
				time.Sleep(time.Millisecond)
			}
			if err := r.server.Kill(); err != nil {
				restarted <- err
				return
			}
			time.Sleep(time.Second)
			restarted <- r.server.Restart()
		}()
		r.one(tc.args...)
		if err := <-restarted; err != nil {
			t.Fatal(err)
		}
		r.network()
	}
	if r.sum("back") != sum {
		t.Error("other bytes came back")
	}
}

// TestWholeFilesOnly fetches through something that gives no ranges: get still
// ends with the file, verified, and goes on after a kill.
func TestWholeFilesOnly(t *testing.T) {
	r := newRig(t)
	sum := r.file("large", largeFile)
	r.one("put", "large", "k")
	r.count.wholeOnly.Store(true)
	if !r.killAt(&r.count.fetched, 6*rangeSize, "get", "k", "back") {
		t.Fatal("get ended before it was killed")
	}
	if e := r.one("get", "k", "back"); e.Resumed == 0 || e.Verified != "sha256" || r.sum("back") != sum {
		t.Errorf("get says %+v", e)
	}
	cmd := r.command("get", "k", "-")
	if code, stdout, stderr := r.run(cmd); code != 0 || len(stdout) != largeFile {
		t.Errorf("exit code %d, %d bytes: %s", code, len(stdout), stderr)
	}
}

// TestInterrupt sends the signal of Ctrl-C: put says how to go on, and does.
func TestInterrupt(t *testing.T) {
	r := newRig(t)
	r.file("large", largeFile)
	underWay := r.count.sent.hold(8 * partSize)
	cmd := r.command("put", "large", "k")
	go func() {
		<-underWay
		cmd.Process.Signal(os.Interrupt)
	}()
	if code, _, stderr := r.run(cmd); code != 130 || !strings.Contains(stderr, "run the same command again") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	r.count.sent.release()
	if e := r.one("put", "large", "k"); e.Resumed == 0 {
		t.Errorf("nothing was resumed: %+v", e)
	}
}

// TestExitCodes looks at what scripts look at.
func TestExitCodes(t *testing.T) {
	r := newRig(t)
	r.file("a", 10)
	r.one("put", "a", "k")
	token, err := r.server.Token(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	tokenFile := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(tokenFile, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(r.folder, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no such file here":       {[]string{"put", "nothing", "k2"}, 3, "no such file"},
		"no such file there":      {[]string{"get", "nothing"}, 3, "there is no such file"},
		"nothing below":           {[]string{"get", "nothing/", "x"}, 3, "there is nothing like"},
		"ls of nothing":           {[]string{"ls", "nothing/"}, 3, "there is nothing like"},
		"ls of no pattern":        {[]string{"ls", "no*thing"}, 3, "there is nothing like"},
		"ls -r of nothing":        {[]string{"ls", "-r", "nothing"}, 3, "there is nothing like"},
		"ls of no such file":      {[]string{"ls", "--json", "nothing"}, 3, "there is nothing like"},
		"rm of no pattern":        {[]string{"rm", "no*thing"}, 3, "there is nothing like"},
		"get of no pattern":       {[]string{"get", "no*thing", "x/"}, 3, "there is nothing like"},
		"nothing rejected":        {[]string{"ls", "--rejected"}, 0, ""},
		"nothing of it deleted":   {[]string{"ls", "--trash", "nothing/"}, 3, "there is nothing like"},
		"a space of nothing":      {[]string{"ls", "-r", "--token-file", tokenFile}, 0, ""},
		"rm of nothing":           {[]string{"rm", "nothing"}, 3, "there is no such file"},
		"a wrong token":           {[]string{"put", "a", "k2", "--token", "x.secret.z"}, 4, "token"},
		"somebody else's group":   {[]string{"ls", "--space", "g/red"}, 4, "space"},
		"some there, some not":    {[]string{"put", "a", "nothing", "folder/"}, 3, "no such file"},
		"two reasons":             {[]string{"put", "nothing", "a", "k/", "--no-overwrite"}, 1, "k/a"},
		"must not overwrite":      {[]string{"put", "a", "k", "--no-overwrite"}, 1, "must not be overwritten"},
		"a key that is none":      {[]string{"put", "a", "x/../y"}, 2, "key"},
		"as alice, who has none":  {[]string{"get", "k", "--token-file", tokenFile}, 3, "there is no such file"},
		"as alice, done":          {[]string{"put", "a", "mine", "--token-file", tokenFile}, 0, ""},
		"get onto a pipe":         {[]string{"get", "k", "pipe"}, 2, "write - and send"},
		"a target that is a file": {[]string{"put", "a", "a", "k"}, 2, "slash"},
	} {
		code, stdout, stderr := r.run(r.command(tc.args...))
		if code != tc.code || !strings.Contains(stderr, tc.says) {
			t.Errorf("%s: exit code %d, want %d: %s%s", name, code, tc.code, stdout, stderr)
		}
		if strings.HasPrefix(tc.says, "there is nothing") && stdout != "" {
			t.Errorf("%s: it prints %q", name, stdout)
		}
		if strings.Contains(stdout+stderr, "secret") || strings.Contains(stdout+stderr, token) {
			t.Errorf("%s: a token is told: %s%s", name, stdout, stderr)
		}
	}
}

// TestSpecialFiles refuses what cannot be read twice, without waiting for it.
func TestSpecialFiles(t *testing.T) {
	r := newRig(t)
	if err := syscall.Mkfifo(filepath.Join(r.folder, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := r.run(r.command("put", "pipe", "k")); code != 1 || !strings.Contains(stderr, "bytepass put -") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
