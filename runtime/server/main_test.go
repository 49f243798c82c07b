package server

import (
	"fmt"
	"os"
	"testing"

	"github.com/bytepass/bytepass/runtime/catalog/sql/pgtest"
)

// home is the folder of the package. The embedded store leaves a process in
// another, which is gone when its test is.
var home string

func TestMain(m *testing.M) {
	if store := os.Getenv(role); store != "" {
		if err := runReplica(store); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	var err error
	if home, err = os.Getwd(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// goHome is for what looks for tools from where it is.
func goHome(t *testing.T) {
	t.Helper()
	if err := os.Chdir(home); err != nil {
		t.Fatal(err)
	}
}

// startPostgres starts a database server for the length of the test.
func startPostgres(t *testing.T) *pgtest.Server {
	t.Helper()
	goHome(t)
	return pgtest.Start(t, pgtest.Quick()...)
}
