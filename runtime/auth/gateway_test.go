package auth

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/bytepass/bytepass/runtime/files"
)

func TestGateway(t *testing.T) {
	key := private("key", jose.RS256, rsaKey())
	i := &issuer{Server: &httptest.Server{URL: "https://issuer.example"}}
	token := func(change map[string]any) string { return sign(t, key, i.claims(newClock().Now(), change), nil) }
	type claims = map[string]any

	for name, tc := range map[string]struct {
		claims claims // as the event carries them, flattened
		token  string
		want   Principal
		code   files.Code
	}{
		"one group": {
			claims{"sub": "alice", "groups": "[team]"}, token(nil),
			Principal{Owner: "alice", Groups: []string{"team"}, Scopes: []string{"files:read", "files:write"}}, "",
		},
		"groups that look flattened": {
			claims{"sub": "alice", "groups": "[a b c]"}, token(claims{"groups": []string{"a b", "c"}, "scope": nil}),
			Principal{Owner: "alice", Groups: []string{"a b", "c"}}, "",
		},
		"a group that looks like a list": {
			claims{"sub": "alice", "groups": "[team staff]"}, token(claims{"groups": "[team staff]", "scope": nil}),
			Principal{Owner: "alice", Groups: []string{"[team staff]"}}, "",
		},
		"no groups": {
			claims{"sub": "alice"}, token(claims{"groups": nil, "scope": nil}),
			Principal{Owner: "alice"}, "",
		},
		"claims without the token": {
			claims{"sub": "alice", "groups": "[team]", "scope": "files:read"}, "",
			Principal{Owner: "alice", Groups: []string{"[team]"}, Scopes: []string{"files:read"}}, "",
		},
		"a number, printed": {claims{"sub": "17"}, token(claims{"sub": 17}), Principal{}, files.CodeForbidden},
		"a list, flattened": {claims{"sub": "[a b]"}, token(claims{"sub": []string{"a", "b"}}), Principal{}, files.CodeForbidden},
		"no owner":          {claims{"iss": "x"}, token(claims{"sub": nil}), Principal{}, files.CodeForbidden},
		"an empty owner":    {claims{"sub": ""}, token(claims{"sub": ""}), Principal{}, files.CodeForbidden},
		"a logout token": {
			claims{"sub": "alice"}, sign(t, key, i.claims(newClock().Now(), nil), map[jose.HeaderKey]any{"typ": "logout+jwt"}), Principal{}, files.CodeForbidden,
		},
		"a security event":          {claims{"sub": "alice", "events": "map[]"}, token(claims{"events": claims{}}), Principal{}, files.CodeForbidden},
		"an event, flattened":       {claims{"sub": "alice", "events": "map[]"}, "", Principal{}, files.CodeForbidden},
		"a header that is none":     {claims{"sub": "alice"}, "e30x." + strings.SplitN(token(nil), ".", 2)[1], Principal{}, files.CodeUnauthenticated},
		"nothing was verified":      {nil, token(nil), Principal{}, files.CodeUnauthenticated},
		"another token":             {claims{"sub": "bob"}, token(nil), Principal{}, files.CodeUnauthenticated},
		"no token behind the claim": {claims{"sub": "alice"}, "garbage", Principal{}, files.CodeUnauthenticated},
		"a payload that is none":    {claims{"sub": "alice"}, "a.!.c", Principal{}, files.CodeUnauthenticated},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r = r.WithContext(WithClaims(r.Context(), tc.claims, tc.token))
			got, err := Gateway{Claims{Owner: "sub", Groups: "groups"}}.Authenticate(r)
			wantCode(t, err, tc.code)
			if !equal(got, tc.want) {
				t.Errorf("got %+v; want %+v", got, tc.want)
			}
		})
	}
}

func TestGatewayWithoutAuthorizer(t *testing.T) {
	_, err := Gateway{Claims{Owner: "sub"}}.Authenticate(httptest.NewRequest(http.MethodGet, "/", nil))
	wantCode(t, err, files.CodeUnauthenticated)
}
