package stacks

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/stacks/settings"
)

// Identity is whose tokens the API accepts, and for whom they must be.
type Identity struct {
	Issuer   *string
	Audience []string
	// Login is where a browser signs in, empty where the issuer is not ours.
	Login *string
	// Scopes are what applications ask for there.
	Scopes []string
	// Pool is nil where the issuer is not ours.
	Pool awscognito.CfnUserPool
}

// resourceServer is what the API is called at its user pool: its scopes are
// settings.CognitoScopePrefix and their names.
var resourceServer = strings.TrimSuffix(settings.CognitoScopePrefix, "/")

// loginScopes are what the pool's client may ask for.
var loginScopes = []string{"openid", "profile", "email", settings.CognitoScopePrefix + env.ScopeRead, settings.CognitoScopePrefix + env.ScopeWrite}

// Lifetimes of a user pool's tokens: access and id in minutes, refresh in hours.
const (
	accessMinutes = 60
	refreshHours  = 24
)

// newIdentity takes the issuer of the settings, or makes a user pool.
func newIdentity(scope constructs.Construct, p platform) Identity {
	if p.settings.Identity == settings.OIDC {
		return Identity{Issuer: jsii.String(p.settings.Issuer), Audience: p.settings.Audience}
	}
	pool := newUserPool(scope, p)
	client := newUserPoolClient(scope, p, pool)
	client.Node().AddDependency(newResourceServer(scope, pool))            // Cognito takes no scopes that are not there yet
	domain := fmt.Sprintf("%s-%s", p.names.base, *awscdk.Aws_ACCOUNT_ID()) // unique in the region, among all accounts
	awscognito.NewCfnUserPoolDomain(scope, jsii.String("Login"), &awscognito.CfnUserPoolDomainProps{
		UserPoolId: pool.Ref(), Domain: jsii.String(domain),
		// The classic pages. Those of version 2 are there for a client only when
		// somebody has given it a branding style (Cognito developer guide,
		// "Apply branding to managed login pages").
		ManagedLoginVersion: jsii.Number(1),
	})
	return Identity{
		Issuer: pool.AttrProviderUrl(), Audience: []string{*client.Ref()}, Pool: pool, Scopes: loginScopes,
		Login: jsii.String(fmt.Sprintf("https://%s.auth.%s.amazoncognito.com", domain, *awscdk.Aws_REGION())),
	}
}

// newUserPool makes the directory of the people who have files. They sign in by
// their address, with a password and a second factor from an app.
func newUserPool(scope constructs.Construct, p platform) awscognito.CfnUserPool {
	s, protection, mfa := p.settings, "INACTIVE", "OPTIONAL"
	if s.Retain {
		protection = "ACTIVE"
	}
	if s.MFA == settings.MFARequired {
		mfa = "ON"
	}
	pool := awscognito.NewCfnUserPool(scope, jsii.String("Users"), &awscognito.CfnUserPoolProps{
		UserPoolName:           jsii.String(p.names.base),
		UserPoolTier:           jsii.String("ESSENTIALS"),
		DeletionProtection:     jsii.String(protection),
		UsernameAttributes:     jsii.Strings("email"),
		AutoVerifiedAttributes: jsii.Strings("email"),
		UsernameConfiguration:  &awscognito.CfnUserPool_UsernameConfigurationProperty{CaseSensitive: jsii.Bool(false)},
		AdminCreateUserConfig:  &awscognito.CfnUserPool_AdminCreateUserConfigProperty{AllowAdminCreateUserOnly: jsii.Bool(!s.SignUp)},
		AccountRecoverySetting: &awscognito.CfnUserPool_AccountRecoverySettingProperty{RecoveryMechanisms: []any{
			&awscognito.CfnUserPool_RecoveryOptionProperty{Name: jsii.String("verified_email"), Priority: jsii.Number(1)},
		}},
		// A changed address is not used before it is verified.
		UserAttributeUpdateSettings: &awscognito.CfnUserPool_UserAttributeUpdateSettingsProperty{AttributesRequireVerificationBeforeUpdate: jsii.Strings("email")},
		MfaConfiguration:            jsii.String(mfa),
		EnabledMfas:                 jsii.Strings("SOFTWARE_TOKEN_MFA"),
		Policies: &awscognito.CfnUserPool_PoliciesProperty{PasswordPolicy: &awscognito.CfnUserPool_PasswordPolicyProperty{
			MinimumLength: jsii.Number(12), RequireLowercase: jsii.Bool(true), RequireUppercase: jsii.Bool(true),
			RequireNumbers: jsii.Bool(true), RequireSymbols: jsii.Bool(true), TemporaryPasswordValidityDays: jsii.Number(3),
		}},
	})
	keep := p.keep
	if s.Retain {
		// A rollback cannot delete it, being protected, and would fail if it
		// tried. It leaves an empty pool, which is in nobody's way: a pool's name
		// may be there twice.
		keep = awscdk.RemovalPolicy_RETAIN
	}
	pool.ApplyRemovalPolicy(keep, nil)
	const dearer = "Threat protection belongs to the plus plan of Cognito, which is for its owner to choose; a second factor is asked for instead."
	exceptions := []exception{{rule: "AwsSolutions-COG3", reason: dearer}, {rule: "AwsSolutions-COG8", reason: dearer}}
	if s.MFA != settings.MFARequired {
		exceptions = append(exceptions, exception{rule: "AwsSolutions-COG2", reason: "The setting mfa leaves the second factor to the people themselves."})
	}
	accept(pool, exceptions...)
	return pool
}

// newResourceServer names the scopes of the API to the pool.
func newResourceServer(scope constructs.Construct, pool awscognito.CfnUserPool) awscognito.CfnUserPoolResourceServer {
	scopes := []any{}
	for _, s := range []struct{ name, description string }{
		{env.ScopeRead, "List and download files"},
		{env.ScopeWrite, "Upload, delete and restore files"},
		{env.ScopeAdmin, "Do so with the files of other owners"},
	} {
		scopes = append(scopes, &awscognito.CfnUserPoolResourceServer_ResourceServerScopeTypeProperty{
			ScopeName: jsii.String(s.name), ScopeDescription: jsii.String(s.description),
		})
	}
	return awscognito.NewCfnUserPoolResourceServer(scope, jsii.String("Scopes"), &awscognito.CfnUserPoolResourceServerProps{
		UserPoolId: pool.Ref(), Identifier: jsii.String(resourceServer), Name: jsii.String("Bytepass"), Scopes: &scopes,
	})
}

// newUserPoolClient makes the client of browsers and of the command: public, so
// without a secret, by authorization code, which such clients send with PKCE.
// Everybody who signs in gets what a client may ask for, so files:admin is not
// among its scopes: a trigger of the pool has to give it, to whom it chooses.
func newUserPoolClient(scope constructs.Construct, p platform, pool awscognito.CfnUserPool) awscognito.CfnUserPoolClient {
	return awscognito.NewCfnUserPoolClient(scope, jsii.String("Client"), &awscognito.CfnUserPoolClientProps{
		UserPoolId: pool.Ref(), ClientName: jsii.String(p.names.base),
		GenerateSecret:                  jsii.Bool(false),
		AllowedOAuthFlowsUserPoolClient: jsii.Bool(true), AllowedOAuthFlows: jsii.Strings("code"),
		AllowedOAuthScopes:         jsii.Strings(loginScopes...),
		SupportedIdentityProviders: jsii.Strings("COGNITO"),
		ExplicitAuthFlows:          jsii.Strings("ALLOW_REFRESH_TOKEN_AUTH"), // no passwords but at the login itself
		CallbackUrLs:               jsii.Strings(p.settings.LoginCallbacks()...), LogoutUrLs: jsii.Strings(p.settings.LoginCallbacks()...),
		PreventUserExistenceErrors: jsii.String("ENABLED"), EnableTokenRevocation: jsii.Bool(true),
		AccessTokenValidity: jsii.Number(accessMinutes), IdTokenValidity: jsii.Number(accessMinutes), RefreshTokenValidity: jsii.Number(refreshHours),
		TokenValidityUnits: &awscognito.CfnUserPoolClient_TokenValidityUnitsProperty{
			AccessToken: jsii.String("minutes"), IdToken: jsii.String("minutes"), RefreshToken: jsii.String("hours"),
		},
	})
}
