package e2e

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/test/emulator"
)

// ofPool is a stage with a user pool of its own, beside the other one in the
// same emulator, whose Cognito has the hosted login, PKCE, scopes and groups.
type ofPool struct {
	t      *testing.T
	stack  *emulator.Stack
	api    string
	client string // its id
}

// Of the people of the pool.
const (
	address  = "alice@example.org"
	password = "correct-Horse-1-battery!"
	callback = "http://localhost:3000/"
)

// userPool deploys a stage with identity cognito to the emulator of d; somebody
// signs in there as an application has her do, and uses the API.
func userPool(t *testing.T, d *emulated) {
	stack, err := d.stack.Beside(t.Context(), t.TempDir(), map[string]string{
		"bytepass:identity": "cognito", "bytepass:mfa": "optional", "bytepass:requireScopes": "true",
		"bytepass:stage": "people", "bytepass:retain": "false", "bytepass:origins": "http://localhost:3000",
	}, func(step string) { t.Logf("%s ==> %s", time.Now().Format(time.TimeOnly), step) })
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range stack.Times {
		t.Logf("measured: emulator, with a user pool: %s: %.1f s", step.Step, step.Took.Seconds())
	}
	p := &ofPool{t: t, stack: stack, client: find(t, stack, "Audience")}
	if p.api, err = stack.APIURL(); err != nil {
		t.Fatal(err)
	}
	adaptationsAreKnown(t, stack.Changes, map[string]string{"ApiUsers": "user pool's URL"})
	p.enrol()
	p.signsInWithPKCEOnly()
	scopes := find(t, stack, "Scopes")
	tokens := p.signIn(scopes)
	for what, tc := range map[string]struct {
		token, path string
		status      int
	}{
		"her own files":              {tokens.Access, "/api/files", http.StatusOK},
		"her group's":                {tokens.Access, "/api/files?space=g/red+team", http.StatusOK},
		"another group's":            {tokens.Access, "/api/files?space=g/blue+team", http.StatusForbidden},
		"another owner's":            {tokens.Access, "/api/files?space=u/bob", http.StatusForbidden},
		"an ID token":                {tokens.ID, "/api/files", http.StatusForbidden},
		"no scope of files":          {p.signIn("openid email").Access, "/api/files", http.StatusForbidden},
		"no token":                   {"", "/api/files", http.StatusUnauthorized},
		"a token of the other stage": {p.foreign(d), "/api/files", http.StatusUnauthorized},
	} {
		if got := p.status(http.MethodGet, tc.path, "", tc.token); got != tc.status {
			t.Errorf("%s: %d, want %d", what, got, tc.status)
		}
	}
	presign := `{"key":"a.txt","mimeType":"text/plain","size":1}`
	if got := p.status(http.MethodPost, "/api/presign", presign, tokens.Access); got != http.StatusOK {
		t.Errorf("an upload is answered %d", got)
	}
	if got := p.status(http.MethodPost, "/api/presign", presign, p.signIn("openid bytepass/files:read").Access); got != http.StatusForbidden {
		t.Errorf("an upload with a token to read is answered %d", got)
	}
	if err := stack.Destroy(t.Context(), stack.App); err != nil {
		t.Error(err)
	}
}

// enrol makes an account, and a group with her in it, as an administrator does.
func (p *ofPool) enrol() {
	p.t.Helper()
	pool := find(p.t, p.stack, "UserPool")
	for _, step := range []struct {
		action string
		in     map[string]any
	}{
		{"AdminCreateUser", map[string]any{"Username": address, "MessageAction": "SUPPRESS", "UserAttributes": []map[string]string{{"Name": "email", "Value": address}}}},
		{"AdminSetUserPassword", map[string]any{"Username": address, "Password": password, "Permanent": true}},
		{"CreateGroup", map[string]any{"GroupName": "red team"}},
		{"AdminAddUserToGroup", map[string]any{"GroupName": "red team", "Username": address}},
	} {
		step.in["UserPoolId"] = pool
		if err := p.stack.UserPool(p.t.Context(), step.action, step.in, nil); err != nil {
			p.t.Fatal(err)
		}
	}
	// A password alone, past the login, is nothing that the client takes.
	err := p.stack.UserPool(p.t.Context(), "InitiateAuth", map[string]any{
		"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": p.client, "AuthParameters": map[string]string{"USERNAME": address, "PASSWORD": password},
	}, nil)
	if err == nil {
		p.t.Error("the client takes passwords past the login")
	}
}

// signedIn are a person's tokens.
type signedIn struct {
	Access string `json:"access_token"`
	ID     string `json:"id_token"`
}

// signsInWithPKCEOnly: the client's codes are worth nothing to a thief, and it
// cannot ask for the administrator's scope.
func (p *ofPool) signsInWithPKCEOnly() {
	p.t.Helper()
	code, verifier := p.code("openid")
	if tokens, status := p.trade(code, strings.Repeat("x", len(verifier))); status == http.StatusOK {
		p.t.Errorf("a thief gets tokens by the code: %d bytes", len(tokens.Access))
	}
	said := p.send(p.authorize("openid bytepass/files:admin", "challenge"))
	if q := said.to.Query(); q.Get("error_description") != "invalid_scope" || q.Has("code") {
		p.t.Errorf("whoever asks for bytepass/files:admin is answered %d %v", said.status, said.to)
	}
}

// signIn goes the way of an application: authorization code with PKCE.
func (p *ofPool) signIn(scopes string) signedIn {
	p.t.Helper()
	code, verifier := p.code(scopes)
	tokens, status := p.trade(code, verifier)
	if status != http.StatusOK || tokens.Access == "" {
		p.t.Fatalf("the code is answered %d", status)
	}
	return tokens
}

// code signs in at the hosted login, and returns the code and its verifier.
func (p *ofPool) code(scopes string) (code, verifier string) {
	p.t.Helper()
	verifier = strings.Repeat("verifier", 6)
	sum := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	authorize := p.authorize(scopes, challenge)
	if page := p.send(authorize); page.status != http.StatusOK {
		p.t.Fatalf("the login is answered %d", page.status)
	}
	form := authorize.URL.Query()
	form.Set("username", address)
	form.Set("password", password)
	said := p.send(p.form("/login", form))
	q := said.to.Query()
	if q.Get("code") == "" || q.Get("state") != "some state" {
		p.t.Fatalf("the login answers %d, %v", said.status, said.to)
	}
	return q.Get("code"), verifier
}

func (p *ofPool) authorize(scopes, challenge string) *http.Request {
	query := url.Values{
		"response_type": {"code"}, "client_id": {p.client}, "redirect_uri": {callback}, "scope": {scopes}, "state": {"some state"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	return p.request(http.MethodGet, p.stack.URL+"/oauth2/authorize?"+query.Encode(), "")
}

func (p *ofPool) trade(code, verifier string) (signedIn, int) {
	p.t.Helper()
	said := p.send(p.form("/oauth2/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {p.client}, "redirect_uri": {callback}, "code": {code}, "code_verifier": {verifier},
	}))
	var tokens signedIn
	if err := json.Unmarshal(said.body, &tokens); err != nil {
		p.t.Fatal(err)
	}
	return tokens, said.status
}

func (p *ofPool) form(path string, values url.Values) *http.Request {
	r := p.request(http.MethodPost, p.stack.URL+path, values.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (p *ofPool) request(method, address, body string) *http.Request {
	r, err := http.NewRequestWithContext(p.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		panic(fmt.Sprintf("%s %s: %v", method, address, err)) // of constants
	}
	return r
}

// told is an answer, and where it leads to; nothing is followed.
type told struct {
	status int
	to     *url.URL // empty if it leads nowhere
	body   []byte
}

func (p *ofPool) send(r *http.Request) told {
	p.t.Helper()
	client := p.stack.HTTPClient()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	to, err := url.Parse(res.Header.Get("Location"))
	if err != nil {
		p.t.Fatal(err)
	}
	return told{res.StatusCode, to, body}
}

// status returns what the API answers.
func (p *ofPool) status(method, path, body, token string) int {
	p.t.Helper()
	r := p.request(method, p.api+path, body)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return p.send(r).status
}

// foreign is a good token of another issuer.
func (p *ofPool) foreign(d *emulated) string {
	p.t.Helper()
	token, err := d.Token(context.WithoutCancel(p.t.Context()), Alice)
	if err != nil {
		p.t.Fatal(err)
	}
	return token
}
