package sql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// visits opens a catalog again and again and works with it in between.
func visits(t *testing.T, path string, key files.Key, times int) error {
	t.Helper()
	for i := range times {
		c, err := OpenSQLite(t.Context(), path, time.Now)
		if err != nil {
			return fmt.Errorf("opened for the %d. time: %w", i+1, err)
		}
		_, was, err := c.Get(t.Context(), alice(t), key)
		if err == nil && (was != 0) != (i > 0) {
			err = fmt.Errorf("its record is at revision %d at visit %d", was, i+1)
		}
		err = errors.Join(err, c.Put(t.Context(), files.Record{Space: alice(t), Key: key, Status: files.Stored}, was))
		page, listed := c.List(t.Context(), catalog.Query{Space: alice(t), View: catalog.Stored, Prefix: string(key), Limit: 1})
		if err == nil && len(page) != 1 {
			err = fmt.Errorf("its record is not listed at visit %d", i+1)
		}
		if err := errors.Join(err, listed, c.Close()); err != nil {
			return err
		}
	}
	return nil
}

func TestOpenAtTheSameTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	opensAtTheSameTime(t, func() (*Catalog, error) { return OpenSQLite(t.Context(), path, time.Now) })
}

// Many open the file, from the moment on at which there is none, while others
// write to it and the last one closes it.
func TestVisitsAtTheSameTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	var group sync.WaitGroup
	for i := range 6 {
		group.Go(func() {
			if err := visits(t, path, files.Key(fmt.Sprint("visitor", i)), 5); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// visitedBy names the catalog to a process that is a visitor, and its key.
const visitedBy, visitorKey = "BYTEPASS_TEST_VISITED", "BYTEPASS_TEST_VISITOR"

// Between processes the locks are those of the operating system.
func TestVisitsOfProcesses(t *testing.T) {
	if path := os.Getenv(visitedBy); path != "" {
		if err := visits(t, path, files.Key(os.Getenv(visitorKey)), 5); err != nil {
			t.Error(err)
		}
		return
	}
	path := filepath.Join(t.TempDir(), "catalog.db")
	var group sync.WaitGroup
	for i := range 3 {
		group.Go(func() {
			visitor := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
			visitor.Env = append(os.Environ(), visitedBy+"="+path, fmt.Sprint(visitorKey, "=process", i))
			if said, err := visitor.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, said)
			}
		})
	}
	group.Wait()
}

// A file that SQLite itself does not wait for is asked for again, but not for longer than anybody wants.
func TestConnectToALockedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	other, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	writer, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writer.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	name := sqliteDSN(path)
	if _, err := (connector{name, 30 * time.Millisecond}).Connect(t.Context()); !busy(err) || files.CodeOf(wrap("get", err)) != files.CodeUnavailable {
		t.Errorf("after its patience: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := (connector{name, time.Hour}).Connect(ctx); !busy(err) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("at the end of its context: %v", err)
	}
	time.AfterFunc(30*time.Millisecond, func() { _, _ = writer.ExecContext(context.WithoutCancel(t.Context()), "COMMIT") })
	conn, err := connector{name, time.Hour}.Connect(t.Context())
	if err != nil {
		t.Fatalf("once the file is free: %v", err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
}
