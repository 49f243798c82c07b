package settings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bytepass/bytepass/runtime/env"
)

// field is one setting: its name, how a value gets into Settings, and its line
// of the documentation.
type field struct {
	name  string
	set   func(*Settings, any) error
	show  func(Settings) string // the value, for the table of defaults
	allow string                // what may be set, for the table
	doc   string
}

// fields are all settings, in the order of the documentation.
var fields = []field{
	text("stage", func(s *Settings) *string { return &s.Stage }, checkStage,
		"a lower case letter, then up to 15 of a-z, 0-9 and -",
		"Which deployment this is. `dev` keeps nothing when it is destroyed; every other stage keeps its data."),
	text("prefix", func(s *Settings) *string { return &s.Prefix }, checkPrefix,
		"a lower case letter, then a-z, 0-9 and -; with the stage at most 26 characters",
		"What all names begin with: `<prefix>-<stage>`; the bucket is `<prefix>-<stage>-<account>-<region>-an`. Changing it on a running stage makes a new, empty bucket. Prefix `a-b` with stage `c` is the deployment of prefix `a` with stage `b-c`: choose prefixes without `-` if stages have one."),
	boolean("retain", func(s *Settings) *bool { return &s.Retain },
		"Keep bucket, catalog and keys when the stacks are deleted, and protect them from deletion. `prod` cannot set it to false."),
	choice("identity", func(s *Settings) *string { return &s.Identity }, []string{OIDC, Cognito},
		"Whose tokens the API accepts: those of your `issuer`, or of a Cognito user pool that the stack makes."),
	text("issuer", func(s *Settings) *string { return &s.Issuer }, checkIssuer,
		"an `https` URL that API Gateway can reach; `http` on a loopback address where nothing is retained",
		"With `oidc`: the OIDC issuer whose tokens the API accepts, exactly as in the tokens' `iss`. It must sign with RS256, RS384 or RS512: API Gateway takes no others."),
	list("audience", func(s *Settings) *[]string { return &s.Audience }, checkAudience, 1, 50,
		"1 to 50 strings", "With `oidc`: audiences of which a token must name one (its `aud` or `client_id`)."),
	list("callbackUrls", func(s *Settings) *[]string { return &s.CallbackURLs }, checkCallback, 0, 100,
		"up to 100 `https` URLs; `http` on `localhost`, `127.0.0.1` and `[::1]` only", "With `cognito`: pages that a browser comes back to after it has signed in or out; none set are the roots of the `origins`."),
	choice("mfa", func(s *Settings) *string { return &s.MFA }, []string{MFARequired, "optional"},
		"With `cognito`: whether everybody needs a second factor, from an app."),
	boolean("signUp", func(s *Settings) *bool { return &s.SignUp },
		"With `cognito`: let people make their own accounts; otherwise an administrator does."),
	text("ownerClaim", func(s *Settings) *string { return &s.OwnerClaim }, checkClaim,
		"a claim's name", "The claim of the token that says whose files they are; with `cognito` use `sub` or `username`, access tokens have no address."),
	text("groupsClaim", func(s *Settings) *string { return &s.GroupsClaim }, checkClaim,
		"a claim's name", "The claim of the token that lists the groups; with `cognito` it is `cognito:groups` unless set otherwise."),
	boolean("requireScopes", func(s *Settings) *bool { return &s.RequireScopes },
		"Ask for the scopes `files:read` and `files:write` in the token."),
	text("scopePrefix", func(s *Settings) *string { return &s.ScopePrefix }, checkScopePrefix,
		"up to 100 characters without space, such as `files/`", "With `oidc`: what stands before these scopes, and before `files:admin`, in your issuer's tokens. A user pool's is `bytepass/`."),
	list("origins", func(s *Settings) *[]string { return &s.Origins }, checkOrigin, 0, 100,
		"up to 100 origins, such as `https://app.example.com`, as browsers send them; `http` on loopback only",
		"Web pages that may use the API and the bucket from a browser (CORS). No wildcard."),
	{
		name: "maxSize", set: setMaxSize, show: func(s Settings) string { return env.FormatSize(s.MaxSize) },
		allow: "1 byte to " + env.FormatSize(env.LargestMaxSize) + ", as bytes or as `20MB`, `5GiB`, `1TiB`",
		doc:   "The largest file.",
	},
	list("allowedTypes", func(s *Settings) *[]string { return &s.AllowedTypes }, checkType, 0, 50,
		"up to 50 of `image/png` or `image/*`", "The media types that may be uploaded; none set allows all."),
	integer("uploadUrlSeconds", func(s *Settings) *int { return &s.UploadURLSeconds }, env.MinURLSeconds, env.MaxURLSeconds,
		"Lifetime of a URL from `POST /api/upload-url`."),
	integer("putSeconds", func(s *Settings) *int { return &s.PutSeconds }, env.MinURLSeconds, env.MaxURLSeconds,
		"Lifetime of a presigned PUT."),
	integer("partSeconds", func(s *Settings) *int { return &s.PartSeconds }, env.MinURLSeconds, env.MaxURLSeconds,
		"Lifetime of the URL of a multipart upload's part."),
	integer("getSeconds", func(s *Settings) *int { return &s.GetSeconds }, env.MinURLSeconds, env.MaxURLSeconds,
		"Lifetime of a download URL."),
	choice("transitionClass", func(s *Settings) *string { return &s.TransitionClass },
		[]string{"GLACIER_IR", "STANDARD_IA", "INTELLIGENT_TIERING", NoTransition},
		"Storage class that objects move to; only classes that read at once, because every file stays downloadable. GLACIER_IR bills at least 90 days and 128 KB."),
	integer("transitionDays", func(s *Settings) *int { return &s.TransitionDays }, 1, 3650,
		"Days after which objects move there (STANDARD_IA: at least 30)."),
	integer("noncurrentDays", func(s *Settings) *int { return &s.NoncurrentDays }, 1, 3650,
		"Days after which deleted and overwritten versions are gone for good; at least transitionDays and the days that the class bills: 90 for GLACIER_IR, 30 for STANDARD_IA, 1 for INTELLIGENT_TIERING."),
	{
		name: "logDays", set: setLogDays, show: func(s Settings) string { return fmt.Sprint(s.LogDays) },
		allow: "what CloudWatch takes: " + joinInts(logDays), doc: "Days that logs of the functions and of the API are kept.",
	},
	integer("accessLogDays", func(s *Settings) *int { return &s.AccessLogDays }, 1, 365,
		"Days that the bucket's access logs are kept; they hold query strings."),
	boolean("cloudTrail", func(s *Settings) *bool { return &s.CloudTrail },
		"Record in CloudTrail who read and wrote which object (data events, which cost by their number), into the log bucket, for `accessLogDays`."),
	choice("architecture", func(s *Settings) *string { return &s.Architecture }, []string{ARM64, X8664},
		"Processor of the functions."),
	integer("reservedConcurrency", func(s *Settings) *int { return &s.ReservedConcurrency }, 0, 10000,
		"Concurrent executions reserved for, and at most allowed to, each of the API's functions; 0 reserves none."),
	integer("ingestConcurrency", func(s *Settings) *int { return &s.IngestConcurrency }, 2, 1000,
		"Concurrent executions of the function that keeps the catalog."),
	integer("throttleRate", func(s *Settings) *int { return &s.ThrottleRate }, 1, 10000,
		"Requests a second that the API takes."),
	integer("throttleBurst", func(s *Settings) *int { return &s.ThrottleBurst }, 1, 5000,
		"Requests that may come at once."),
	choice("delivery", func(s *Settings) *string { return &s.Delivery }, []string{S3, CloudFront},
		"Where downloads come from: presigned GETs of the bucket, or signed URLs of a CloudFront distribution that alone may read it."),
	text("domain", func(s *Settings) *string { return &s.Domain }, checkDomain,
		"a host name such as `files.example.com`", "With `cloudfront`: the host name of downloads, which you point to the distribution; it takes TLS from 1.2 on. None set is CloudFront's own, which takes TLS from 1.0 on."),
	text("certificate", func(s *Settings) *string { return &s.Certificate }, checkCertificate,
		"an ARN of ACM in us-east-1", "With `domain`: its certificate."),
	text("webAcl", func(s *Settings) *string { return &s.WebACL }, checkWebACL,
		"an ARN of WAFv2, scope CLOUDFRONT", "With `cloudfront`: the web ACL in front of downloads."),
	choice("priceClass", func(s *Settings) *string { return &s.PriceClass }, []string{"PriceClass_100", "PriceClass_200", "PriceClass_All"},
		"With `cloudfront`: which of its locations serve downloads."),
	integer("keyDays", func(s *Settings) *int { return &s.KeyDays }, 0, 3650,
		"With `cloudfront`: days after which the key that signs download URLs is rotated; 0 rotates it only on demand."),
	{
		name: "tags", set: setTags, show: func(Settings) string { return "none" },
		allow: "an object of up to 40 strings", doc: "More tags for everything that is deployed, beside `app` and `stage`. Names that differ only in case are the same.",
	},
}

func fieldNamed(name string) (field, bool) {
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
	if i < 0 {
		return field{}, false
	}
	return fields[i], true
}

func text(name string, at func(*Settings) *string, check func(string) error, allow, doc string) field {
	return field{name: name, allow: allow, doc: doc,
		show: func(s Settings) string { return *at(&s) },
		set: func(s *Settings, v any) error {
			value, ok := v.(string)
			if !ok {
				return fmt.Errorf("use %s", allow)
			}
			*at(s) = value
			return check(value)
		}}
}

func choice(name string, at func(*Settings) *string, options []string, doc string) field {
	return text(name, at, func(v string) error {
		if !slices.Contains(options, v) {
			return fmt.Errorf("use %s", strings.Join(options, ", "))
		}
		return nil
	}, "`"+strings.Join(options, "`, `")+"`", doc)
}

func integer(name string, at func(*Settings) *int, low, high int, doc string) field {
	allow := fmt.Sprintf("%d to %d", low, high)
	return field{name: name, allow: allow, doc: doc,
		show: func(s Settings) string { return fmt.Sprint(*at(&s)) },
		set: func(s *Settings, v any) error {
			n, ok := wholeNumber(v)
			if !ok || n < int64(low) || n > int64(high) {
				return fmt.Errorf("use %s", allow)
			}
			*at(s) = int(n)
			return nil
		}}
}

func boolean(name string, at func(*Settings) *bool, doc string) field {
	return field{name: name, allow: "`true`, `false`", doc: doc,
		show: func(s Settings) string { return fmt.Sprint(*at(&s)) },
		set: func(s *Settings, v any) error {
			switch v {
			case true, "true":
				*at(s) = true
			case false, "false":
				*at(s) = false
			default:
				return fmt.Errorf("use true or false")
			}
			return nil
		}}
}

func list(name string, at func(*Settings) *[]string, check func(string) error, low, high int, allow, doc string) field {
	return field{name: name, allow: allow, doc: doc,
		show: func(s Settings) string { return strings.Join(*at(&s), ", ") },
		set: func(s *Settings, v any) error {
			items, ok := stringList(v)
			if !ok || len(items) < low || len(items) > high {
				return fmt.Errorf("use %s, as a JSON array or separated by commas", allow)
			}
			for i, item := range items {
				if err := check(item); err != nil {
					return fmt.Errorf("%q: %w", item, err)
				}
				if slices.Contains(items[:i], item) {
					return fmt.Errorf("%q is there twice; name it once", item)
				}
			}
			*at(s) = items
			return nil
		}}
}
