package audit_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/audit"
	"github.com/bytepass/bytepass/runtime/files"
)

func TestWrite(t *testing.T) {
	alice, err := files.Person("auth0|alice")
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	to := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelInfo}))
	audit.Entry{}.Write(t.Context(), to, slog.LevelDebug)
	audit.Entry{
		Owner: "root", ActingFor: "auth0|alice", Operation: "delete", Space: alice, Key: "a\nmsg=audit owner=bob", Version: "v1",
		Outcome: audit.Refused, Code: files.CodeNotFound, RequestID: "id", Source: "192.0.2.1",
	}.Write(t.Context(), to, slog.LevelWarn, slog.Int("status", 404))
	audit.Entry{}.Write(t.Context(), to, slog.LevelInfo)

	lines := strings.Split(log.String(), "\n")
	if len(lines) != 3 || lines[2] != "" {
		t.Fatalf("not two lines: %q", lines)
	}
	for i, want := range []string{
		` level=WARN msg=audit owner=root acting_for=auth0|alice operation=delete space=u/auth0~7Calice key="a\nmsg=audit owner=bob" version=v1 outcome=refused code=not-found request_id=id source=192.0.2.1 status=404`,
		` level=INFO msg=audit owner="" acting_for="" operation="" space="" key="" version="" outcome="" code="" request_id="" source=""`,
	} {
		if !strings.HasSuffix(lines[i], want) {
			t.Errorf("got %s, want the end %s", lines[i], want)
		}
	}
}
