package auth

import (
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/bytepass/bytepass/runtime/auth/devissuer"
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

// A token may say where its key is: nobody goes there.
func TestKeyHintsAreNotFollowed(t *testing.T) {
	good, evil := private("key", jose.RS256, rsaKey()), private("evil", jose.RS256, foreignKey())
	i, c := newIssuer(t, good), newClock()
	asked := make(chan string, 10)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{evil.Public()}})
	}))
	defer elsewhere.Close()
	for _, header := range []map[jose.HeaderKey]any{
		{"jku": elsewhere.URL + "/jku"}, {"x5u": elsewhere.URL + "/x5u"}, {"jwk": evil.Public()},
	} {
		_, err := newTestOIDC(t, i, c).Authenticate(withToken(sign(t, evil, i.claims(c.Now(), nil), header)))
		wantCode(t, err, files.CodeUnauthenticated)
	}
	select {
	case path := <-asked:
		t.Errorf("%s was asked for", path)
	default:
	}
}

func TestKeysRotate(t *testing.T) {
	first, second := private("1", jose.RS256, rsaKey()), private("2", jose.ES256, ecKey(t, elliptic.P256()))
	i, c := newIssuer(t, first), newClock()
	o := newTestOIDC(t, i, c)
	authenticate := func(key jose.JSONWebKey) error {
		// Another id each time, or the remembered token would answer.
		_, err := o.Authenticate(withToken(sign(t, key, i.claims(c.Now(), map[string]any{"jti": i.fetches.Load(), "at": c.Now().UnixNano()}), nil)))
		return err
	}
	wantCode(t, authenticate(first), "")

	i.publish(first, second)
	c.pass(keysRest)
	wantCode(t, authenticate(second), "") // fetched because the key was unknown
	wantCode(t, authenticate(first), "")

	i.publish(second)
	c.pass(keysAge + time.Second)
	wantCode(t, authenticate(second), "") // fetched because the keys were old
	wantCode(t, authenticate(first), files.CodeUnauthenticated)
	if n := i.fetches.Load(); n > 4 {
		t.Errorf("the keys were fetched %d times", n)
	}
}

func TestUnknownKeysDoNotStampede(t *testing.T) {
	key, unknown := private("key", jose.RS256, rsaKey()), private("unknown", jose.RS256, foreignKey())
	i, c := newIssuer(t, key), newClock()
	o := newTestOIDC(t, i, c)
	flood := func() {
		token := sign(t, unknown, i.claims(c.Now(), nil), nil)
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				if _, err := o.Authenticate(withToken(token)); files.CodeOf(err) != files.CodeUnauthenticated {
					t.Errorf("got %v", err)
				}
			})
		}
		wg.Wait()
	}
	flood()
	if n := i.fetches.Load(); n != 1 {
		t.Errorf("200 tokens fetched the keys %d times", n)
	}
	c.pass(keysRest)
	flood()
	if n := i.fetches.Load(); n != 2 {
		t.Errorf("the second flood made it %d fetches", n)
	}
}

func TestIssuerDown(t *testing.T) {
	key := private("key", jose.RS256, rsaKey())
	i, c := newIssuer(t, key), newClock()
	i.setDown(true)
	o := newTestOIDC(t, i, c)
	token := sign(t, key, i.claims(c.Now(), nil), nil)
	authenticate := func() error { _, err := o.Authenticate(withToken(token)); return err }

	wantCode(t, authenticate(), files.CodeUnavailable)
	i.setDown(false)
	wantCode(t, authenticate(), files.CodeUnavailable) // still pausing
	if n := i.fetches.Load(); n != 0 {
		t.Errorf("%d fetches while pausing", n)
	}
	c.pass(firstPause)
	wantCode(t, authenticate(), "")

	// Keys that are there outlive the issuer's absence.
	i.setDown(true)
	c.pass(keysAge + time.Second)
	token = sign(t, key, i.claims(c.Now(), map[string]any{"sub": "bob"}), nil)
	wantCode(t, authenticate(), "")
}

func TestPauseGrows(t *testing.T) {
	i, c := newIssuer(t), newClock()
	i.setDown(true)
	o := newTestOIDC(t, i, c)
	var pauses []time.Duration
	for range 9 {
		_, _ = o.keys.find(t.Context(), "x")
		pauses = append(pauses, o.keys.pause)
		c.pass(o.keys.pause)
	}
	s := time.Second
	if want := []time.Duration{s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 60 * s, 60 * s, 60 * s}; !slices.Equal(pauses, want) {
		t.Errorf("the pauses are %v", pauses)
	}
}

func TestVerifiedTokensAreRemembered(t *testing.T) {
	key := private("key", jose.RS256, rsaKey())
	i, c := newIssuer(t, key), newClock()
	o := newTestOIDC(t, i, c)
	r := withToken(sign(t, key, i.claims(c.Now(), nil), nil))
	if _, err := o.Authenticate(r); err != nil {
		t.Fatal(err)
	}
	o.keys.keys = nil // nothing could verify it now
	if _, err := o.Authenticate(r); err != nil {
		t.Errorf("the token was not remembered: %v", err)
	}
	c.pass(time.Hour + skew + time.Second)
	_, err := o.Authenticate(r)
	wantCode(t, err, files.CodeUnauthenticated)
}

func TestMemoryIsBounded(t *testing.T) {
	m, now := newMemory(10), time.Unix(0, 0)
	for n := range 1000 {
		m.put(tokenID(fmt.Sprint(n)), Principal{Owner: fmt.Sprint(n)}, now.Add(time.Hour))
		if p, ok := m.get(tokenID("0"), now); !ok || p.Owner != "0" {
			t.Fatalf("what is used all the time was forgotten after %d", n)
		}
	}
	if n := len(m.young) + len(m.old); n > 20 {
		t.Errorf("%d tokens are remembered", n)
	}
	if _, ok := m.get(tokenID("500"), now); ok {
		t.Error("what nobody used is still there")
	}
	if _, ok := m.get(tokenID("0"), now.Add(time.Hour)); ok {
		t.Error("an expired token was remembered")
	}
}

func TestKeySetsAreReadWithCare(t *testing.T) {
	a := private("a", jose.RS256, rsaKey())
	public, _ := json.Marshal(a.Public())
	secret, _ := json.Marshal(jose.JSONWebKey{Key: []byte("shared"), KeyID: "oct"})
	whole, _ := json.Marshal(private("b", jose.RS256, rsaKey()))
	encrypts, _ := json.Marshal(jose.JSONWebKey{Key: rsaKey().Public(), KeyID: "c", Use: "enc"})
	body := fmt.Sprintf(`{"keys":[%s,%s,%s,{"kty":"new"},%s]}`, secret, whole, encrypts, public)
	keys, err := parseKeySet([]byte(body))
	if err != nil || len(keys) != 1 || keys[0].KeyID != "a" {
		t.Errorf("keys: %v, %v", keys, err)
	}
	for _, bad := range []string{"", "[]", `{"keys":[]}`, `{"keys":[{"kty":"new"}]}`} {
		if _, err := parseKeySet([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
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
}

func TestDevelopmentIssuerIsARealOne(t *testing.T) {
	dir := t.TempDir()
	var dev *devissuer.Issuer
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { dev.ServeHTTP(w, r) }))
	defer server.Close()
	issuerURL := server.URL + "/issuer"
	dev, err := devissuer.Open(dir, issuerURL, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	c := newClock()
	c.now = time.Now()
	o := newTestOIDC(t, &issuer{Server: server}, c)
	o.cfg.Issuer, o.keys.issuer, o.cfg.Audience = issuerURL, issuerURL, devissuer.Audience

	token, err := dev.Token("alice", []string{"team", "a b"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.Authenticate(withToken(token))
	if err != nil || p.Owner != "alice" || !p.InGroup("a b") || !p.HasScope(ScopeWrite) {
		t.Errorf("got %+v, %v", p, err)
	}
	c.pass(time.Hour + skew + time.Second)
	_, err = o.Authenticate(withToken(token))
	wantCode(t, err, files.CodeUnauthenticated)

	for path, want := range map[string]int{"/issuer/jwks.json": 200, "/issuer": 404, "/jwks.json": 404} {
		resp, err := server.Client().Get(server.URL + path)
		if err != nil || resp.StatusCode != want {
			t.Fatalf("GET %s: %v, %v", path, resp, err)
		}
		_ = resp.Body.Close()
	}
	resp, err := server.Client().Post(server.URL+"/issuer/jwks.json", "", nil)
	if err != nil || resp.StatusCode != http.StatusMethodNotAllowed {
		t.Fatalf("POST: %v, %v", resp, err)
	}
	_ = resp.Body.Close()
}
