package server

import (
	"net"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/storetest"
)

// A database that takes connections and says nothing is given up by a command,
// with what to look at.
func TestStorageOfADatabaseThatSaysNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg := onStore(t.TempDir(), storetest.Start(t))
	cfg.Database, cfg.reachWithin = "postgres://u@"+l.Addr().String()+"/x", 100*time.Millisecond
	if _, err := OpenStorage(t.Context(), cfg); !sql.Away(err) {
		t.Errorf("it ended with %v", err)
	}
}
