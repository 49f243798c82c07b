package stacks_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// userPool is a stage that makes its own issuer; each is made once.
func userPool(t *testing.T, stage string) deployment {
	t.Helper()
	if _, made := userPools[stage]; !made {
		userPools[stage] = synth(t, map[string]any{"identity": "cognito", "stage": stage, "issuer": "https://issuer.example.com", "origins": "https://app.example.org"})
	}
	return userPools[stage]
}

var userPools = map[string]deployment{}

// TestUserPool: the API takes the pool's tokens for its client and no others;
// the client has no secret and signs in by code.
func TestUserPool(t *testing.T) {
	d := userPool(t, "prod")
	poolID := d.only(t, d.api, "AWS::Cognito::UserPool", "ApiUsers")
	clientID := d.only(t, d.api, "AWS::Cognito::UserPoolClient", "ApiClient")
	issuer := "https://cognito-idp." + region + ".amazonaws.com/" + poolID
	authorizer := d.api.Resources[d.only(t, d.api, "AWS::ApiGatewayV2::Authorizer", "ApiHttpIssuer")]
	if got := d.property(t, authorizer, "JwtConfiguration"); got != `{"Audience":["`+clientID+`"],"Issuer":"`+issuer+`"}` {
		t.Errorf("the authorizer asks for %s", got)
	}
	client := d.api.Resources[clientID]
	for name, want := range map[string]string{
		"GenerateSecret":                  `false`,
		"AllowedOAuthFlows":               `["code"]`,
		"AllowedOAuthFlowsUserPoolClient": `true`,
		"AllowedOAuthScopes":              `["openid","profile","email","bytepass/files:read","bytepass/files:write"]`,
		"ExplicitAuthFlows":               `["ALLOW_REFRESH_TOKEN_AUTH"]`,
		"CallbackURLs":                    `["https://app.example.org/"]`,
		"LogoutURLs":                      `["https://app.example.org/"]`,
		"PreventUserExistenceErrors":      `"ENABLED"`,
		"UserPoolId":                      `"` + poolID + `"`,
	} {
		if got := d.property(t, client, name); got != want {
			t.Errorf("the client's %s is %s, not %s", name, got, want)
		}
	}
	pool := d.api.Resources[poolID]
	for name, want := range map[string]string{
		"MfaConfiguration":      `"ON"`,
		"EnabledMfas":           `["SOFTWARE_TOKEN_MFA"]`,
		"AdminCreateUserConfig": `{"AllowAdminCreateUserOnly":true}`,
		"Policies":              `{"PasswordPolicy":{"MinimumLength":12,"RequireLowercase":true,"RequireNumbers":true,"RequireSymbols":true,"RequireUppercase":true,"TemporaryPasswordValidityDays":3}}`,
		"UsernameConfiguration": `{"CaseSensitive":false}`,
	} {
		if got := d.property(t, pool, name); got != want {
			t.Errorf("the pool's %s is %s, not %s", name, got, want)
		}
	}
	login := d.api.Resources[d.only(t, d.api, "AWS::Cognito::UserPoolDomain", "ApiLogin")]
	for name, want := range map[string]string{
		"Domain": `"bytepass-prod-` + account + `"`, "ManagedLoginVersion": `1`, "UserPoolId": `"` + poolID + `"`,
	} {
		if got := d.property(t, login, name); got != want {
			t.Errorf("the login's %s is %s, not %s", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"Issuer": issuer, "Audience": clientID, "UserPool": poolID,
		"LoginUrl": "https://bytepass-prod-" + account + ".auth." + region + ".amazoncognito.com",
	} {
		if got := d.resolve(t, d.api.Outputs[name]["Value"]); got != want {
			t.Errorf("the output %s is %v, not %s", name, got, want)
		}
	}
	for name, want := range map[string]string{"BYTEPASS_GROUPS_CLAIM": "cognito:groups", "BYTEPASS_SCOPE_PREFIX": "bytepass/"} {
		for _, function := range []string{"Upload", "Files", "Restore"} {
			if got := d.environment(t, function)[name]; got != want {
				t.Errorf("%s has %s=%v, not %s", function, name, got, want)
			}
		}
	}
}

// TestUserPoolScopes: the pool knows the API's scopes before its client asks
// for them; and no client asks for the administrator's, which everybody who
// signs in by it would then have.
func TestUserPoolScopes(t *testing.T) {
	d := userPool(t, "prod")
	serverID := d.only(t, d.api, "AWS::Cognito::UserPoolResourceServer", "ApiScopes")
	server := d.api.Resources[serverID]
	if got := d.property(t, server, "Identifier"); got != `"bytepass"` {
		t.Errorf("the resource server is called %s", got)
	}
	var scopes []struct{ ScopeName string }
	if err := json.Unmarshal([]byte(d.property(t, server, "Scopes")), &scopes); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, scope := range scopes {
		names = append(names, scope.ScopeName)
	}
	if want := []string{"files:read", "files:write", "files:admin"}; !slices.Equal(names, want) {
		t.Errorf("it has the scopes %q, not %q", names, want)
	}
	for _, id := range d.api.ofType("AWS::Cognito::UserPoolClient") {
		client := d.api.Resources[id]
		if strings.Contains(d.property(t, client, "AllowedOAuthScopes"), "admin") {
			t.Errorf("%s makes everybody an administrator", id)
		}
		if !slices.Contains(client.DependsOn, serverID) {
			t.Errorf("%s does not wait for %s, only for %v", id, serverID, client.DependsOn)
		}
	}
	if got := d.resolve(t, d.api.Outputs["Scopes"]["Value"]); got != "openid profile email bytepass/files:read bytepass/files:write" {
		t.Errorf("the output Scopes is %v", got)
	}
	if got := dev(t).environment(t, "Upload")["BYTEPASS_SCOPE_PREFIX"]; got != "" {
		t.Errorf("with an issuer of one's own scopes begin with %v", got)
	}
}

// TestUserPoolIsKept: prod keeps its people, dev does not; neither replaces them.
// What is protected cannot be deleted by a rollback, so prod's is retained then, too.
func TestUserPoolIsKept(t *testing.T) {
	for stage, want := range map[string]struct{ deletion, protection string }{
		"prod": {"Retain", `"ACTIVE"`}, "dev": {"Delete", `"INACTIVE"`},
	} {
		d := userPool(t, stage)
		id := d.only(t, d.api, "AWS::Cognito::UserPool", "ApiUsers")
		r := d.api.Resources[id]
		if id != "ApiUsersE5569975" || r.DeletionPolicy != want.deletion || d.property(t, r, "DeletionProtection") != want.protection {
			t.Errorf("the users of %s: %s, on deletion %s, protected %s", stage, id, r.DeletionPolicy, d.property(t, r, "DeletionProtection"))
		}
		if got := d.property(t, r, "UsernameAttributes"); got != `["email"]` { // create-only
			t.Errorf("people sign in by %s: another way replaces the pool", got)
		}
	}
	if pools := dev(t).api.ofType("AWS::Cognito::UserPool"); len(pools) > 0 {
		t.Errorf("with an issuer of one's own there are pools: %v", pools)
	}
}
