package settings

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/bytepass/bytepass/runtime/env"
)

// Names in the account-regional namespace end in -<account>-<region>-an, at
// most 63 characters in all (Amazon S3 user guide, "Account regional
// namespaces"). 12 digits of account and 15 of the longest region, us-isof-south-1,
// leave 31, of which the log bucket takes "-logs".
const maxName = 31 - len(LogBucketEnd)

var (
	stagePattern  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,14}[a-z0-9]$|^[a-z]$`)
	prefixPattern = regexp.MustCompile(`^[a-z]([a-z0-9-]*[a-z0-9])?$`)
	claimPattern  = regexp.MustCompile(`^[!-~]{1,128}$`)
	scopePattern  = regexp.MustCompile(`^[!#-\[\]-~]{0,100}$`)
	typePattern   = regexp.MustCompile(`^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/(\*|[a-z0-9][a-z0-9!#$&^_.+-]{0,126})$`)
	domainPattern = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

	certificatePattern = regexp.MustCompile(`^arn:aws[a-z-]*:acm:us-east-1:[0-9]{12}:certificate/[0-9a-f-]{36}$`)
	webACLPattern      = regexp.MustCompile(`^arn:aws[a-z-]*:wafv2:us-east-1:[0-9]{12}:global/webacl/[A-Za-z0-9_-]{1,128}/[0-9a-f-]{36}$`)

	// logDays are the retentions that CloudWatch Logs accepts (API reference, PutRetentionPolicy).
	logDays = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
)

func checkStage(v string) error {
	if !stagePattern.MatchString(v) || strings.Contains(v, "--") {
		return fmt.Errorf("use a lower case letter, then up to 15 of a-z, 0-9 and single hyphens")
	}
	if strings.HasSuffix("-"+v, LogBucketEnd) {
		return fmt.Errorf("use a name that does not end in %s, as the log bucket of another stage does", strings.TrimPrefix(LogBucketEnd, "-"))
	}
	return nil
}

func checkPrefix(v string) error {
	if !prefixPattern.MatchString(v) || strings.Contains(v, "--") || strings.HasPrefix(v, "aws") || strings.HasPrefix(v, "xn-") || strings.HasPrefix(v, "sthree") {
		return fmt.Errorf("use a lower case letter, then lower case letters, digits and single hyphens; names that begin with aws, xn- or sthree are reserved")
	}
	return nil
}

func checkAudience(v string) error {
	if v == "" || len(v) > 255 || !visible(v) {
		return fmt.Errorf("use 1 to 255 printable characters")
	}
	return nil
}

func checkClaim(v string) error {
	if !claimPattern.MatchString(v) {
		return fmt.Errorf("use the claim's name, 1 to 128 characters without spaces")
	}
	return nil
}

// checkScopePrefix takes what may stand in a scope (RFC 6749, section 3.3).
func checkScopePrefix(v string) error {
	if !scopePattern.MatchString(v) {
		return fmt.Errorf("use what stands before files:read in the tokens, up to 100 characters without space")
	}
	return nil
}

func checkType(v string) error {
	if v != "*/*" && !typePattern.MatchString(v) {
		return fmt.Errorf("use a media type in lower case such as image/png or image/*")
	}
	return nil
}

func setMaxSize(s *Settings, v any) error {
	n, ok := wholeNumber(v)
	if str, isText := v.(string); isText {
		n, ok = env.ParseSize(str)
	}
	if !ok || n < 1 || n > env.LargestMaxSize {
		return fmt.Errorf("use 1 byte to %s, as bytes or as 20MB, 5GiB, 1TiB", env.FormatSize(env.LargestMaxSize))
	}
	s.MaxSize = n
	return nil
}

func setLogDays(s *Settings, v any) error {
	n, ok := wholeNumber(v)
	if !ok || !slices.Contains(logDays, int(n)) {
		return fmt.Errorf("use one of %s", joinInts(logDays))
	}
	s.LogDays = int(n)
	return nil
}

func checkDomain(v string) error {
	if v != "" && (!domainPattern.MatchString(v) || len(v) > 253 || net.ParseIP(v) != nil) {
		return fmt.Errorf("use a host name in lower case such as files.example.com")
	}
	return nil
}

func checkCertificate(v string) error {
	if v != "" && !certificatePattern.MatchString(v) {
		return fmt.Errorf("use the ARN of a certificate of ACM in us-east-1, where CloudFront looks for it")
	}
	return nil
}

func checkWebACL(v string) error {
	if v != "" && !webACLPattern.MatchString(v) {
		return fmt.Errorf("use the ARN of a web ACL of WAFv2 with the scope CLOUDFRONT, which is in us-east-1")
	}
	return nil
}
