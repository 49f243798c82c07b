package e2e

import (
	"encoding/base64"
	"encoding/json"
)

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
