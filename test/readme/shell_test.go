package readme

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestShell(t *testing.T) {
	pid := 0
	t.Run("in one shell", func(t *testing.T) {
		s := startShell(t, t.TempDir(), os.Environ())
		for _, c := range []struct {
			code, want string
			fails      bool
		}{
			{code: "what=this\nprintf that > file\nsleep 1000 > /dev/null 2>&1 &", want: "\n"},
			{code: "echo \"$what\" \"$(cat file)\"", want: "this that\n\n"},
			{code: "echo $!"},
			{code: "false\necho unseen", want: "", fails: true},
			{code: "echo unseen", want: "", fails: true},
		} {
			printed, err := s.run(c.code)
			if (err != nil) != c.fails || c.code != "echo $!" && printed != c.want {
				t.Errorf("%q prints %q, %v", c.code, printed, err)
			}
			if c.code == "echo $!" {
				pid, _ = strconv.Atoi(strings.TrimSpace(printed))
			}
		}
	})
	if pid <= 0 {
		t.Fatal("nothing was started")
	}
	for deadline := time.Now().Add(time.Minute); syscall.Kill(pid, 0) == nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("what the shell has started goes on without it")
		}
	}
}
