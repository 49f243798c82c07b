package e2e

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"time"

	"github.com/bytepass/bytepass/test/issuer"
)

// BadTokens returns tokens that whoever trusts the issuer has to refuse, by what
// is wrong with them.
func BadTokens(is *issuer.Issuer) (map[string]string, error) {
	changed := func(change map[string]any) map[string]any {
		claims := is.Claims(Alice)
		maps.Copy(claims, change)
		return claims
	}
	bad := map[string]string{
		"garbage":      "garbage",
		"of three":     "a.b.c",
		"empty JSON":   "e30.e30.",
		"100 KB":       strings.Repeat("A", 100<<10),
		"alg none":     noneToken(is.Claims(Alice)),
		"half a token": "eyJhbGciOiJSUzI1NiJ9",
	}
	for what, claims := range map[string]map[string]any{
		"expired":             changed(map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}),
		"not valid yet":       changed(map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}),
		"for another service": changed(map[string]any{"aud": "https://other.test", "client_id": "other"}),
		"of another issuer":   changed(map[string]any{"iss": "http://127.0.0.1:1"}),
	} {
		signed, err := is.Sign(claims)
		if err != nil {
			return nil, err
		}
		bad[what] = signed
	}
	forged, err := issuer.Forge(is.Claims(Alice))
	bad["forged"] = forged
	return bad, err
}

// noneToken returns an unsigned token with the algorithm "none" (RFC 7519,
// section 6.1), which nobody may accept.
func noneToken(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err) // claims are strings and numbers
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none","typ":"at+jwt"}`)) + "." + encode(payload) + "."
}
