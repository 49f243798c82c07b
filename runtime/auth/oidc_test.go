package auth

import (
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/bytepass/bytepass/runtime/files"
)

func TestOIDCAcceptsEveryAlgorithmOfTheList(t *testing.T) {
	keys := []jose.JSONWebKey{
		private("rs256", jose.RS256, rsaKey()), private("rs384", jose.RS384, rsaKey()), private("rs512", jose.RS512, rsaKey()),
		private("ps256", jose.PS256, rsaKey()), private("ps384", jose.PS384, rsaKey()), private("ps512", jose.PS512, rsaKey()),
		private("es256", jose.ES256, ecKey(t, elliptic.P256())), private("es384", jose.ES384, ecKey(t, elliptic.P384())),
		private("es512", jose.ES512, ecKey(t, elliptic.P521())), private("ed", jose.EdDSA, edKey(t)),
	}
	i, c := newIssuer(t, keys...), newClock()
	o := newTestOIDC(t, i, c)
	for _, key := range keys {
		p, err := o.Authenticate(withToken(sign(t, key, i.claims(c.Now(), nil), nil)))
		if err != nil || p.Owner != "alice" || !p.InGroup("team") || !p.HasScope(ScopeRead) || !p.HasScope(ScopeWrite) {
			t.Errorf("%s: %+v, %v", key.KeyID, p, err)
		}
		key.KeyID = "" // then each key is tried
		if _, err := o.Authenticate(withToken(sign(t, key, i.claims(c.Now(), nil), nil))); err != nil {
			t.Errorf("%s without its id: %v", key.Algorithm, err)
		}
	}
	if n := i.fetches.Load(); n != 1 {
		t.Errorf("the keys were fetched %d times", n)
	}
}

func TestOIDCTokens(t *testing.T) {
	good := private("key", jose.RS256, rsaKey())
	i, c := newIssuer(t, good), newClock()
	now := c.Now()
	claim := func(change map[string]any) string { return sign(t, good, i.claims(now, change), nil) }
	kind := func(typ string) string {
		return sign(t, good, i.claims(now, nil), map[jose.HeaderKey]any{"typ": typ})
	}
	type change = map[string]any

	for name, tc := range map[string]struct {
		token string
		code  files.Code // empty: accepted
	}{
		"good":                         {claim(nil), ""},
		"no groups, no scope":          {claim(change{"groups": nil, "scope": nil}), ""},
		"several audiences":            {claim(change{"aud": []string{"other", "bytepass"}}), ""},
		"client id instead of aud":     {claim(change{"aud": nil, "client_id": "bytepass"}), ""},
		"expired within the skew":      {claim(change{"exp": now.Add(-skew + time.Second).Unix()}), ""},
		"not before within the skew":   {claim(change{"nbf": now.Add(skew - time.Second).Unix()}), ""},
		"garbage":                      {"garbage", files.CodeUnauthenticated},
		"three dots":                   {"a.b.c", files.CodeUnauthenticated},
		"alg none":                     {unsigned(t, `{"alg":"none"}`, i.claims(now, nil)), files.CodeUnauthenticated},
		"no alg":                       {unsigned(t, `{}`, i.claims(now, nil)), files.CodeUnauthenticated},
		"HS256 with the public key":    {hmacWithPublicKey(t, i, now), files.CodeUnauthenticated},
		"another issuer":               {claim(change{"iss": "https://issuer.example"}), files.CodeUnauthenticated},
		"an issuer that begins alike":  {claim(change{"iss": i.URL + "/"}), files.CodeUnauthenticated},
		"no issuer":                    {claim(change{"iss": nil}), files.CodeUnauthenticated},
		"another audience":             {claim(change{"aud": "other"}), files.CodeUnauthenticated},
		"aud wins over client id":      {claim(change{"aud": "other", "client_id": "bytepass"}), files.CodeUnauthenticated},
		"no audience":                  {claim(change{"aud": nil}), files.CodeUnauthenticated},
		"expired":                      {claim(change{"exp": now.Add(-skew - time.Second).Unix()}), files.CodeUnauthenticated},
		"never expires":                {claim(change{"exp": nil}), files.CodeUnauthenticated},
		"not yet valid":                {claim(change{"nbf": now.Add(skew + time.Minute).Unix()}), files.CodeUnauthenticated},
		"issued in the future":         {claim(change{"iat": now.Add(time.Hour).Unix()}), files.CodeUnauthenticated},
		"signed by another key":        {sign(t, private("key", jose.RS256, foreignKey()), i.claims(now, nil), nil), files.CodeUnauthenticated},
		"unknown key":                  {sign(t, private("other", jose.RS256, foreignKey()), i.claims(now, nil), nil), files.CodeUnauthenticated},
		"another algorithm of the key": {sign(t, private("key", jose.PS256, rsaKey()), i.claims(now, nil), nil), files.CodeUnauthenticated},
		"an unknown critical header":   {sign(t, good, i.claims(now, nil), map[jose.HeaderKey]any{"crit": []string{"x"}, "x": 1}), files.CodeUnauthenticated},
		"tampered":                     {tamper(claim(nil)), files.CodeUnauthenticated},
		"an expiry that is a text":     {claim(change{"exp": "tomorrow"}), files.CodeUnauthenticated},
		"claims that are no object":    {notAnObject(t, good), files.CodeUnauthenticated},
		"an id that is a number":       {claim(change{"jti": 17}), ""},
		"no owner":                     {claim(change{"sub": nil}), files.CodeForbidden},
		"an empty owner":               {claim(change{"sub": ""}), files.CodeForbidden},
		"a numeric owner":              {claim(change{"sub": 17}), files.CodeForbidden},
		"a list of owners":             {claim(change{"sub": []string{"a", "b"}}), files.CodeForbidden},
		"typ JWT":                      {kind("JWT"), ""},
		"typ at+jwt":                   {kind("at+jwt"), ""},
		"typ in full":                  {kind("application/AT+JWT"), ""},
		"typ of one's own":             {kind("bearer"), ""},
		"typ that is no text":          {sign(t, good, i.claims(now, nil), map[jose.HeaderKey]any{"typ": 1}), files.CodeForbidden},
		"a logout token":               {kind("logout+jwt"), files.CodeForbidden},
		"a security event":             {kind("application/secevent+jwt"), files.CodeForbidden},
		"a proof of possession":        {kind("dpop+jwt"), files.CodeForbidden},
		"events without a type":        {claim(change{"events": change{"http://schemas.openid.net/event/backchannel-logout": change{}}}), files.CodeForbidden},
		"100 KB":                       {claim(change{"x": strings.Repeat("x", 100<<10)}), files.CodeUnauthenticated},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := newTestOIDC(t, i, c).Authenticate(withToken(tc.token))
			wantCode(t, err, tc.code)
			if tc.code == "" && p.Owner != "alice" {
				t.Errorf("the principal is %+v", p)
			}
			if err != nil && strings.Contains(err.Error(), tc.token) {
				t.Error("the error repeats the token")
			}
		})
	}
}

// Any claim can name the owner; only a text can be one.
func TestOIDCOwnerClaim(t *testing.T) {
	key := private("key", jose.RS256, rsaKey())
	i, c := newIssuer(t, key), newClock()
	for name, tc := range map[string]struct {
		owner any
		code  files.Code
	}{
		"text":   {"a@example.org", ""},
		"number": {17, files.CodeForbidden},
		"list":   {[]string{"a@example.org"}, files.CodeForbidden},
		"object": {map[string]string{"a": "b"}, files.CodeForbidden},
		"true":   {true, files.CodeForbidden},
		"absent": {nil, files.CodeForbidden},
	} {
		o := newTestOIDC(t, i, c)
		o.cfg.Claims.Owner = "email"
		_, err := o.Authenticate(withToken(sign(t, key, i.claims(c.Now(), map[string]any{"email": tc.owner}), nil)))
		if files.CodeOf(err) != tc.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func unsigned(t *testing.T, header string, claims map[string]any) string {
	t.Helper()
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(body) + "."
}

func notAnObject(t *testing.T, key jose.JSONWebKey) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign([]byte(`[1]`))
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// hmacWithPublicKey is the classical confusion: the public key as a secret.
func hmacWithPublicKey(t *testing.T, i *issuer, now time.Time) string {
	t.Helper()
	public, err := json.Marshal(i.keys[0])
	if err != nil {
		t.Fatal(err)
	}
	return sign(t, jose.JSONWebKey{Key: public, KeyID: "key", Algorithm: string(jose.HS256)}, i.claims(now, nil), nil)
}

func tamper(token string) string {
	parts := strings.Split(token, ".")
	body, _ := base64.RawURLEncoding.DecodeString(parts[1])
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(body), "alice", "malory", 1)))
	return strings.Join(parts, ".")
}

func TestAuthorizationHeader(t *testing.T) {
	key := private("key", jose.RS256, rsaKey())
	i, c := newIssuer(t, key), newClock()
	o := newTestOIDC(t, i, c)
	token := sign(t, key, i.claims(c.Now(), nil), nil)
	for name, tc := range map[string]struct {
		values []string
		code   files.Code
	}{
		"bearer":         {[]string{"Bearer " + token}, ""},
		"in lower case":  {[]string{"bearer " + token}, ""},
		"none":           {nil, files.CodeUnauthenticated},
		"empty":          {[]string{""}, files.CodeUnauthenticated},
		"only a scheme":  {[]string{"Bearer "}, files.CodeUnauthenticated},
		"another scheme": {[]string{"Basic " + token}, files.CodeUnauthenticated},
		"bare":           {[]string{token}, files.CodeUnauthenticated},
		"twice":          {[]string{"Bearer " + token, "Bearer " + token}, files.CodeUnauthenticated},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["Authorization"] = tc.values
		if _, err := o.Authenticate(r); files.CodeOf(err) != tc.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNewOIDCRefuses(t *testing.T) {
	for _, issuer := range []string{"", "issuer.example", "http://issuer.example", "ftp://127.0.0.1", "http://127.0.0.1.example"} {
		if _, err := NewOIDC(OIDCConfig{Issuer: issuer, Audience: "a"}); err == nil {
			t.Errorf("the issuer %q was accepted", issuer)
		}
	}
	if _, err := NewOIDC(OIDCConfig{Issuer: "https://issuer.example"}); err == nil {
		t.Error("no audience was accepted")
	}
	if _, err := NewOIDC(OIDCConfig{Issuer: "https://issuer.example", Audience: "a"}); err == nil {
		t.Error("no client was accepted")
	}
}
