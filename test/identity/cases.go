package identity

import (
	"encoding/json"
	"net/http"
	"strings"
)

// The owners that the issuer of a table's run has to know.
const (
	alice = "alice"
	bob   = "bob"
)

// verdict is what a front door answers: a status, and the code of the problem
// if the API itself refuses; a gateway refuses without one.
type verdict struct {
	status int
	code   string
}

// The verdicts of the table.
var (
	accepted        = verdict{http.StatusOK, ""}
	unauthenticated = verdict{http.StatusUnauthorized, "unauthenticated"}
	atTheGateway    = verdict{http.StatusUnauthorized, ""}
	forbidden       = verdict{http.StatusForbidden, "forbidden"}
	notFound        = verdict{http.StatusNotFound, "not-found"}
	headerTooLarge  = verdict{http.StatusRequestHeaderFieldsTooLarge, ""}
)

// tokenCase is a row of the table of tokens: what both front doors answer.
type tokenCase struct {
	what  string
	token func(m *Mint) (string, error)
	// requests it is sent with; by default a list, which one function serves,
	// and a presign, which another one does.
	requests []request
	server   verdict
	gateway  verdict // as API Gateway documents it
	why      string  // the doors differ, or what they refuse
	// emulator is what the emulator answers where that is not what API Gateway
	// documents; the zero value is no difference.
	emulator verdict
}

var (
	listing    = request{http.MethodGet, "/api/files", ""}
	presigning = request{http.MethodPost, "/api/presign", `{"key":"token.txt","mimeType":"text/plain","size":1}`}
	ofAlice    = request{http.MethodGet, "/api/files?space=u/alice", ""}
)

// tokenCases is the table. The first row is what all others differ from.
func tokenCases() []tokenCase {
	return []tokenCase{
		{what: "good", token: claimed(nil), server: accepted, gateway: accepted},
		{what: "none", token: text(""), server: unauthenticated, gateway: atTheGateway},
		{what: "garbage", token: text("garbage"), server: unauthenticated, gateway: atTheGateway},
		{what: "three parts of garbage", token: text("a.b.c"), server: unauthenticated, gateway: atTheGateway},
		{what: "in the query, not in a header", token: text(""), server: unauthenticated, gateway: atTheGateway,
			requests: []request{{http.MethodGet, "/api/files?access_token=e30.e30.e30", ""}}},

		{what: "`alg: none`", token: func(m *Mint) (string, error) { return noneToken(m.Claims(alice)) },
			server: unauthenticated, gateway: atTheGateway},
		{what: "HS256, signed with the public key", token: (*Mint).hmac, server: unauthenticated, gateway: atTheGateway,
			why: "no symmetric signature is ever tried"},
		{what: "ES256, by a key of the issuer", token: signedBy(esKey, nil), server: accepted, gateway: atTheGateway,
			why: "API Gateway takes RSA signatures only"},
		{what: "signed by a foreign key under a known id", token: signedBy(forgedKey, nil), server: unauthenticated, gateway: atTheGateway},
		{what: "unknown key id", token: signedBy(strangeKey, nil), server: unauthenticated, gateway: atTheGateway,
			why: "the server asks the issuer for its keys, but not again within ten seconds, whatever tokens arrive; API Gateway keeps keys for up to two hours"},
		{what: "no key id", token: signedBy(namelessKey, nil), server: accepted, gateway: atTheGateway,
			why: "the server tries every key of the issuer; API Gateway needs a `kid`"},
		{what: "`jku` and `x5u` that lead to the forger's keys", token: (*Mint).hinted, server: unauthenticated, gateway: atTheGateway,
			why: "nobody goes there"},
		{what: "signed by the issuer's new key, after a rotation", token: signedBy(nextKey, nil), server: accepted, gateway: atTheGateway,
			why: "the server asks for the keys when it meets the new one; API Gateway may keep the old ones for two hours, so publish both that long"},
		{what: "tampered", token: (*Mint).tampered, server: unauthenticated, gateway: atTheGateway},

		{what: "wrong issuer", token: claimed(claims{"iss": "https://issuer.example"}), server: unauthenticated, gateway: atTheGateway},
		{what: "wrong audience", token: claimed(claims{"aud": "https://other.example"}), server: unauthenticated, gateway: atTheGateway},
		{what: "no audience, another client's id", token: claimed(claims{"aud": nil, "client_id": "other"}), server: unauthenticated, gateway: atTheGateway},
		{what: "expired", token: claimed(claims{"exp": inSeconds(-3600)}), server: unauthenticated, gateway: atTheGateway},
		{what: "never expires", token: claimed(claims{"exp": nil}), server: unauthenticated, gateway: atTheGateway, emulator: accepted},
		{what: "not yet valid (`nbf`)", token: claimed(claims{"nbf": inSeconds(3600)}), server: unauthenticated, gateway: atTheGateway},
		{what: "issued in the future (`iat`)", token: claimed(claims{"iat": inSeconds(3600)}), server: unauthenticated, gateway: atTheGateway},

		{what: "no owner claim", token: claimed(claims{"sub": nil}), server: forbidden, gateway: forbidden},
		{what: "empty owner", token: claimed(claims{"sub": ""}), server: forbidden, gateway: forbidden},
		{what: "owner is a number", token: claimed(claims{"sub": 17}), server: forbidden, gateway: forbidden,
			why: "API Gateway hands on the text 17; the function reads the token itself"},
		{what: "owner is a list", token: claimed(claims{"sub": []string{alice}}), server: forbidden, gateway: forbidden},
		{what: "owner is no Unicode", token: claimed(claims{"sub": json.RawMessage(`"alice\ud800"`)}), server: forbidden, gateway: forbidden,
			why: "all that JSON cannot carry is decoded alike, so two owners would be one"},

		{what: "another owner's, for Alice's space", token: claimed(claims{"sub": bob}), requests: []request{ofAlice}, server: forbidden, gateway: forbidden},
		{what: "another owner's, for Alice's file", token: claimed(claims{"sub": bob}), server: notFound, gateway: notFound,
			requests: []request{{http.MethodGet, "/api/file?key=token.txt", ""}}},
		{what: "a member's, for the group's space", token: claimed(claims{"groups": []string{"red team"}}), server: accepted, gateway: accepted,
			requests: []request{{http.MethodGet, "/api/files?space=g/red+team", ""}}},
		{what: "groups whose text looks like a list of them", token: claimed(claims{"groups": "[red blue]"}), server: forbidden, gateway: forbidden,
			requests: []request{{http.MethodGet, "/api/files?space=g/red", ""}},
			why:      "API Gateway flattens lists to such a text; the function reads the token itself"},
		{what: "an administrator's, for Alice's space", token: claimed(claims{"sub": bob, "scope": "files:read files:admin"}), requests: []request{ofAlice}, server: accepted, gateway: accepted},
		{what: "without scopes, where they are required", token: claimed(claims{"scope": nil}), server: forbidden, gateway: forbidden},
		{what: "with the scopes of another resource server", token: claimed(claims{"scope": "other/files:read other/files:write"}), server: forbidden, gateway: forbidden,
			why: "the authorizer is given no scopes to look for; with a scope prefix (`--scope-prefix`, `scopePrefix`) only scopes that have it count"},
		{what: "an ID token of Cognito", token: claimed(claims{"token_use": "id"}), server: forbidden, gateway: forbidden,
			why: "API Gateway takes it, since its audience is the same"},
		{what: "an ID token of Keycloak", token: claimed(claims{"typ": "ID"}), server: forbidden, gateway: forbidden},
		{what: "a logout token (`typ: logout+jwt`)", token: typed("logout+jwt"), server: forbidden, gateway: forbidden,
			why: "API Gateway takes it; a token that says what kind it is has to say `JWT` or `at+jwt`"},
		{what: "a security event (claim `events`)", token: claimed(claims{"events": claims{}}), server: forbidden, gateway: forbidden},
		{what: "for reading, used to write", token: claimed(claims{"scope": "files:read"}), requests: []request{presigning}, server: forbidden, gateway: forbidden},
		{what: "for writing, used to read", token: claimed(claims{"scope": "files:write"}), requests: []request{listing}, server: forbidden, gateway: forbidden},

		{what: "good, of 12 KB", token: claimed(claims{"padding": strings.Repeat("x", 8<<10)}), server: accepted, gateway: headerTooLarge,
			why: "the server reads tokens of up to 16 KB, API Gateway 10,240 bytes of request line and header values in all"},
		{what: "of 100 KB", token: text(strings.Repeat("A", 100<<10)), server: headerTooLarge, gateway: headerTooLarge},
	}
}
