package settings

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// maxTypesBytes leaves room in the 4 KB that Lambda gives a function's
// environment (Lambda quotas).
const maxTypesBytes = 2000

// classDays is for how long S3 bills what has moved to a storage class (Amazon
// S3 user guide, "Understanding and managing Amazon S3 storage classes").
// Intelligent tiering bills nothing ahead; but S3 lets nothing expire on the
// day on which it moves.
var classDays = map[string]int{"GLACIER_IR": 90, "STANDARD_IA": 30, "INTELLIGENT_TIERING": 1}

func days(n int) string {
	if n == 1 {
		return "a day"
	}
	return fmt.Sprintf("%d days", n)
}

// idTokenClaims are claims that a user pool puts into its ID tokens alone, and
// the API takes access tokens (Cognito developer guide, "Understanding the
// access token").
var idTokenClaims = []string{"email", "phone_number", "name", "given_name", "family_name", "nickname", "preferred_username", "cognito:username"}

// Settings that mean nothing without another one.
var (
	forCloudFront = []string{"domain", "certificate", "webAcl", "priceClass", "keyDays"}
	forUserPool   = []string{"callbackUrls", "mfa", "signUp"}
)

// set returns which of these settings are not at their stage's default, in the
// order of the documentation.
func (s Settings) set(names []string) []string {
	return slices.DeleteFunc(s.Differences(defaults(s.Stage)), func(name string) bool { return !slices.Contains(names, name) })
}

// misplaced is the error of settings that are for something else than what is
// deployed, and the remedy that makes them count.
func misplaced(names []string, purpose, remedy string) error {
	last := len(names) - 1
	if last == 0 {
		return fmt.Errorf("the setting %s is for %s: set %s, or leave it out", names[0], purpose, remedy)
	}
	return fmt.Errorf("the settings %s and %s are for %s: set %s, or leave them out", strings.Join(names[:last], ", "), names[last], purpose, remedy)
}

// contradiction returns what no setting alone can say.
func (s Settings) contradiction() error {
	switch {
	case len(s.Name()) > maxName:
		return fmt.Errorf("the setting prefix is too long: %q has %d characters, and bucket names leave %d for prefix, hyphen and stage; shorten prefix or stage", s.Name(), len(s.Name()), maxName)
	case s.Stage == StageProd && !s.Retain:
		return fmt.Errorf("the setting retain is false, but the stage prod always keeps its data: use another stage, or leave retain alone")
	case s.Delivery != CloudFront && len(s.set(forCloudFront)) > 0:
		return misplaced(s.set(forCloudFront), "downloads from CloudFront", "delivery to cloudfront")
	case (s.Domain == "") != (s.Certificate == ""):
		return fmt.Errorf("the settings domain and certificate belong together: set both, or none for CloudFront's own domain")
	case len(strings.Join(s.AllowedTypes, ",")) > maxTypesBytes:
		return fmt.Errorf("the setting allowedTypes is too long for a function's environment: use at most %d characters in all, such as image/* for many", maxTypesBytes)
	case s.TransitionClass == "STANDARD_IA" && s.TransitionDays < 30:
		return fmt.Errorf("the setting transitionDays is %d, but S3 moves objects to STANDARD_IA after 30 days at the earliest: use 30 or more, or another transitionClass", s.TransitionDays)
	case s.TransitionClass != NoTransition && s.NoncurrentDays < s.TransitionDays+classDays[s.TransitionClass]:
		return fmt.Errorf("the setting noncurrentDays is %d, but versions move to %s after transitionDays (%d) and are billed there for %s at least: use %d or more", s.NoncurrentDays, s.TransitionClass, s.TransitionDays, days(classDays[s.TransitionClass]), s.TransitionDays+classDays[s.TransitionClass])
	case s.Identity == Cognito:
		return s.userPoolContradiction()
	}
	return s.issuerContradiction()
}

// issuerContradiction is about an issuer of one's own.
func (s Settings) issuerContradiction() error {
	issuer, err := url.Parse(s.Issuer)
	switch {
	case len(s.set(forUserPool)) > 0:
		return misplaced(s.set(forUserPool), "a user pool", "identity to cognito")
	case s.Issuer == "" || err != nil:
		return fmt.Errorf("the setting issuer is missing: set it to the OIDC issuer whose tokens the API is to accept, such as -c %sissuer=https://login.example.com", contextPrefix)
	case s.Retain && s.ExampleIssued():
		return fmt.Errorf("the setting issuer is still the example %s, and the stage %s keeps its data: set it to your OIDC issuer", ExampleIssuer, s.Stage)
	case s.Retain && issuer.Scheme == "http":
		return fmt.Errorf("the setting issuer is %s, and the stage %s keeps its data: use an https issuer, or a stage with retain=false", s.Issuer, s.Stage)
	case s.Retain && unreachable(issuer):
		return fmt.Errorf("the setting issuer is %s, which API Gateway cannot reach, and the stage %s keeps its data: use an issuer with a public name, or a stage with retain=false", s.Issuer, s.Stage)
	}
	return nil
}

// comesBack reports whether a user pool sends browsers to this page (Cognito
// API reference, CreateUserPoolClient, CallbackURLs).
func comesBack(page string) bool {
	u, err := url.Parse(page)
	return err == nil && (u.Scheme != "http" || slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname()))
}

// userPoolContradiction is about a user pool of the stack's.
func (s Settings) userPoolContradiction() error {
	switch {
	case s.Issuer != "" && !s.ExampleIssued():
		return fmt.Errorf("the setting issuer is %s, but with identity cognito the stack makes its own: leave issuer out (null in stages.%s takes it back for this stage), or set identity to oidc", s.Issuer, s.Stage)
	case slices.Contains(idTokenClaims, s.OwnerClaim):
		return fmt.Errorf("the setting ownerClaim is %s, which is not in the access tokens of a user pool: use sub or username", s.OwnerClaim)
	case !slices.Equal(s.Audience, defaults(s.Stage).Audience):
		return fmt.Errorf("the setting audience is %s, but with identity cognito the tokens are for the pool's own client: leave audience out, or set identity to oidc", strings.Join(s.Audience, ", "))
	case s.ScopePrefix != "":
		return fmt.Errorf("the setting scopePrefix is %q, but the scopes of a user pool begin with %s: leave it out, or set identity to oidc", s.ScopePrefix, CognitoScopePrefix)
	case len(s.LoginCallbacks()) == 0:
		return fmt.Errorf("the setting callbackUrls is missing: set the pages that a browser comes back to after it has signed in, or origins")
	}
	for _, page := range s.LoginCallbacks() {
		if !comesBack(page) {
			return fmt.Errorf("a browser cannot come back to %s after it has signed in: Cognito comes back over http to localhost, 127.0.0.1 and [::1] only; set callbackUrls, or use https", page)
		}
	}
	for _, reserved := range []string{"aws", "amazon", "cognito"} {
		if strings.Contains(s.Name(), reserved) {
			return fmt.Errorf("the login's address cannot hold %q, which is in %s: use another prefix or stage", reserved, s.Name())
		}
	}
	return nil
}
