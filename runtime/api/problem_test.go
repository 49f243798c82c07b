package api

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

// Every code that the domain has, has a status; the source says which there are.
func TestEveryCodeHasAStatus(t *testing.T) {
	source, err := parser.ParseFile(token.NewFileSet(), filepath.Join(here, "..", "files", "problem.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(source, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Code") {
			return true
		}
		code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		found++
		if k, ok := kinds[files.Code(code)]; !ok || k.status < 400 || k.status == http.StatusUnprocessableEntity || k.title == "" {
			t.Errorf("%s is %+v", code, k)
		}
		return true
	})
	if found < 20 || found != len(kinds) {
		t.Errorf("the domain has %d codes, the table %d", found, len(kinds))
	}
}

func TestOnlyProblemsAreShown(t *testing.T) {
	secret := errors.New("secret: AKIA… https://bucket/?X-Amz-Signature=1")
	for name, tc := range map[string]struct {
		err  error
		code files.Code
	}{
		"unknown":           {secret, files.CodeInternal},
		"wrapped":           {fmt.Errorf("while asking: %w", secret), files.CodeInternal},
		"a cause":           {&files.Problem{Code: files.CodeUnavailable, Detail: "try again", Err: secret}, files.CodeUnavailable},
		"a wrapped problem": {fmt.Errorf("secret: %w", files.Problemf(files.CodeNotFound, "key", "none")), files.CodeNotFound},
		"too late":          {fmt.Errorf("secret: %w", context.DeadlineExceeded), files.CodeUnavailable},
		"given up":          {fmt.Errorf("secret: %w", context.Canceled), files.CodeUnavailable},
	} {
		p := problemOf(tc.err)
		if p.Code != tc.code || p.Status != kinds[tc.code].status || strings.Contains(fmt.Sprintf("%+v", p), "secret") {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestInField(t *testing.T) {
	original := files.Problemf(files.CodeInvalidKey, "key", "bad")
	if p := problemOf(inField(fmt.Errorf("x: %w", original), "key", "filename")); p.Field != "filename" || original.Field != "key" {
		t.Errorf("%+v, %+v", p, original)
	}
	if err := inField(original, "size", "x"); !errors.Is(err, original) || problemOf(err).Field != "key" {
		t.Errorf("another field became %v", err)
	}
	if inField(nil, "key", "x") != nil {
		t.Error("nothing became an error")
	}
}

func TestWhatIsBehindFails(t *testing.T) {
	r := newRig(t, nil)
	r.put(person(t, "alice"), "a", nil)
	r.bucket.err = &files.Problem{Code: files.CodeUnavailable, Detail: "the store does not answer; try again", Err: errors.New("dial tcp: secret")}
	for _, route := range []struct{ method, path, body string }{
		{"DELETE", "/api/files", `{"key":"a"}`}, {"POST", "/api/restore", `{"key":"a"}`}, {"GET", "/api/versions?key=a", ""},
	} {
		got := r.do("alice", route.method, route.path, route.body)
		wantProblem(t, got, http.StatusServiceUnavailable, files.CodeUnavailable, "")
		if got.Header.Get("Retry-After") == "" || strings.Contains(string(got.body), "secret") {
			t.Errorf("%s: %v %s", route.path, got.Header, got.body)
		}
	}
	if !strings.Contains(r.log.String(), "dial tcp: secret") {
		t.Error("the cause is not in the log")
	}
}
