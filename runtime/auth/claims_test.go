package auth

import (
	"slices"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

func equal(a, b Principal) bool {
	return a.Owner == b.Owner && slices.Equal(a.Groups, b.Groups) && slices.Equal(a.Scopes, b.Scopes)
}

func TestClaims(t *testing.T) {
	type claims = map[string]any
	for name, tc := range map[string]struct {
		in   claims
		want Principal
	}{
		"lists":            {claims{"sub": "a", "groups": []any{"x", 1, "", "y"}, "scp": []any{"r", "w"}}, Principal{"a", []string{"x", "y"}, []string{"r", "w"}}},
		"texts":            {claims{"sub": "a", "groups": "x y", "scope": "r w"}, Principal{"a", []string{"x y"}, []string{"r", "w"}}},
		"both scopes":      {claims{"sub": "a", "scope": "r", "scp": "w"}, Principal{"a", nil, []string{"r", "w"}}},
		"nothing but sub":  {claims{"sub": "auth0|x/.."}, Principal{"auth0|x/..", nil, nil}},
		"odd groups":       {claims{"sub": "a", "groups": claims{"x": 1}}, Principal{"a", nil, nil}},
		"typed string set": {claims{"sub": "a", "groups": []string{"x"}}, Principal{"a", []string{"x"}, nil}},
	} {
		got, err := Claims{Owner: "sub", Groups: "groups"}.Principal(tc.in)
		if err != nil || !equal(got, tc.want) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, tc.want)
		}
	}
	for name, in := range map[string]claims{
		"a byte":     {"sub": "a\uFFFD"},
		"only bytes": {"sub": "\uFFFD\uFFFD"},
	} {
		if _, err := (Claims{Owner: "sub"}).Principal(in); files.CodeOf(err) != files.CodeForbidden {
			t.Errorf("%s that was no text: %v", name, err)
		}
	}
	p, err := Claims{Owner: "sub", Groups: "groups"}.Principal(claims{"sub": "a", "groups": []any{"x\uFFFD", "y"}})
	if err != nil || !slices.Equal(p.Groups, []string{"y"}) {
		t.Errorf("a group that was no text: %+v, %v", p, err)
	}
	if p, err = (Claims{Owner: "sub"}).Principal(claims{"sub": "a", "": "x"}); err != nil || p.Groups != nil {
		t.Errorf("no claim of groups: %+v, %v", p, err)
	}
	_, err = Claims{Owner: "sub"}.Principal(claims{"sub": "a", "token_use": "id"})
	wantCode(t, err, files.CodeForbidden)
	_, err = Claims{Owner: "email"}.Principal(claims{"sub": "a"})
	wantCode(t, err, files.CodeForbidden)
}

func TestScopePrefix(t *testing.T) {
	c := Claims{Owner: "sub", ScopePrefix: "bytepass/"}
	for scope, want := range map[string][]string{
		"openid bytepass/files:read bytepass/files:write": {ScopeRead, ScopeWrite},
		"files:admin files:read":                          nil, // of another resource server, or of none
		"other/files:admin":                               nil,
		"xbytepass/files:admin":                           nil,
		"bytepass/bytepass/files:admin":                   {"bytepass/files:admin"},
	} {
		p, err := c.Principal(map[string]any{"sub": "a", "scope": scope})
		if err != nil || !slices.Equal(p.Scopes, want) {
			t.Errorf("%s: %q, %v; want %q", scope, p.Scopes, err, want)
		}
	}
}

func TestPrincipal(t *testing.T) {
	p := Principal{Owner: "ab/c", Groups: []string{"team"}, Scopes: []string{ScopeRead}}
	if s, err := p.Space(); err != nil || s.String() != "u/ab~2Fc" {
		t.Errorf("the space is %q, %v", s, err)
	}
	if !p.InGroup("team") || p.InGroup("tea") || !p.HasScope(ScopeRead) || p.HasScope(ScopeWrite) {
		t.Errorf("%+v is in the wrong groups or scopes", p)
	}
	_, err := Principal{}.Space()
	wantCode(t, err, files.CodeForbidden)
}
