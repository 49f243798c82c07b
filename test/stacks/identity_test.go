package stacks_test

import (
	"testing"
)

// userPool is a stage that makes its own issuer.
func userPool(t *testing.T, stage string) deployment {
	t.Helper()
	return synth(t, map[string]any{"identity": "cognito", "stage": stage, "issuer": "https://issuer.example.com", "origins": "https://app.example.org"})
}

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
		"AllowedOAuthScopes":              `["openid","email"]`,
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
	for name, want := range map[string]string{
		"Issuer": issuer, "Audience": clientID, "UserPool": poolID,
		"LoginUrl": "https://bytepass-prod-" + account + ".auth." + region + ".amazoncognito.com",
	} {
		if got := d.resolve(t, d.api.Outputs[name]["Value"]); got != want {
			t.Errorf("the output %s is %v, not %s", name, got, want)
		}
	}
	if got := d.environment(t, "Upload")["BYTEPASS_GROUPS_CLAIM"]; got != "cognito:groups" {
		t.Errorf("groups are read from %v", got)
	}
}

// TestUserPoolIsKept: prod keeps its people, dev does not; neither replaces them.
func TestUserPoolIsKept(t *testing.T) {
	for stage, want := range map[string]struct{ deletion, protection string }{
		"prod": {"RetainExceptOnCreate", `"ACTIVE"`}, "dev": {"Delete", `"INACTIVE"`},
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
