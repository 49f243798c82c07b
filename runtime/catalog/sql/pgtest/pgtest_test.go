package pgtest

import (
	"bufio"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// role says that this process is the one to be killed.
const role = "BYTEPASS_PGTEST_VICTIM"

// A test that is killed leaves neither a server nor its data behind.
func TestAKilledTestLeavesNothing(t *testing.T) {
	if os.Getenv(role) != "" {
		s := Start(t, Quick()...)
		s.Pooled(t)
		_, _ = os.Stdout.WriteString("started " + s.Address() + " " + s.folder + "\n")
		select {} // until it is killed
	}
	victim := exec.Command(os.Args[0], "-test.run=^TestAKilledTestLeavesNothing$")
	victim.Env = append(os.Environ(), role+"=1")
	output, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	for lines := bufio.NewScanner(output); len(said) != 3 && lines.Scan(); {
		said = strings.Fields(lines.Text())
	}
	if err := victim.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = victim.Wait() // it was killed
	if len(said) != 3 {
		t.Fatal("the server did not start; run this test with -v and " + role + "=1 to see why")
	}
	address, folder := said[1], said[2]
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		conn, dialed := net.Dial("tcp", address)
		if dialed == nil {
			_ = conn.Close()
		}
		_, found := os.Stat(folder)
		if dialed != nil && errors.Is(found, fs.ErrNotExist) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after the test was killed: dialing %s gives %v, looking for %s %v", address, dialed, folder, found)
		}
	}
}

// What was committed is there after a stop and after a crash.
func TestStopAndResume(t *testing.T) {
	s := Start(t)
	url := s.Database(t)
	Exec(t, url, `CREATE TABLE kept (n int)`)
	for _, how := range []Signal{Fast, Crash} {
		Exec(t, url, `INSERT INTO kept VALUES (1)`)
		s.Stop(t, how)
		if conn, err := net.Dial("tcp", s.Address()); err == nil {
			_ = conn.Close()
			t.Errorf("after %s it still listens", how)
		}
		s.Resume(t)
	}
	Exec(t, url, `DO $$ BEGIN ASSERT (SELECT count(*) FROM kept) = 2; END $$`)
}
