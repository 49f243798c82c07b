// Package auth says who is asking: it turns the claims that API Gateway has
// verified, or a bearer token that it verifies itself, into a Principal. It
// decides nothing about files.
//
// There is one authenticator for each place where the API runs, and a request
// meets one of them:
//
//	Gateway  on AWS, behind API Gateway's JWT authorizer, which has verified the token
//	OIDC     on a server: signature, issuer, audience and times, by the issuer's published keys
//	Dev      on a laptop: OIDC for requests with a token, owner "dev" for those that come from
//	         this machine without one
//
// All of them read the claims in one place, Claims.Principal, so that the same
// token is the same person everywhere; test/identity holds them to one table
// (docs/tokens.md). What an authenticator refuses is a *files.Problem, whose
// text never holds a token. Package devissuer makes the tokens of a laptop.
//
// To add one, implement the one method that the API declares,
//
//	Authenticate(*http.Request) (Principal, error)
//
// on claims that somebody has verified, and run the table on it.
package auth
