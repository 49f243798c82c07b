package pgtest

import (
	"net"
	"syscall"
	"testing"
)

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
			t.Errorf("after signal %q it still listens", syscall.Signal(how))
		}
		s.Resume(t)
	}
	Exec(t, url, `DO $$ BEGIN ASSERT (SELECT count(*) FROM kept) = 2; END $$`)
}
