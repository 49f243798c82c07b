package edge

import (
	"encoding/base64"
	"net/netip"
	"strconv"
	"time"
)

// Policy is what a custom policy asks of a request beyond its URL.
type Policy struct {
	Expires time.Time // to the second; the URL is refused from then on
	// NotBefore is the first moment that the URL works; zero is at once.
	NotBefore time.Time
	// Source are the viewer's IPv4 addresses; the zero Prefix is any.
	Source netip.Prefix
}

// encoding is base64 with the three characters that a query cannot hold
// replaced as CloudFront wants it: "+" by "-", "=" by "_", "/" by "~"
// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-custom-policy.html).
var encoding = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~").WithPadding('_')

// appendPolicy appends the policy statement for resource as JSON without white
// space. With only an expiry it is the canned policy, which CloudFront writes
// down again by itself, so every byte counts. The resource is ResourceURL's
// and needs no JSON escape.
func appendPolicy(b, resource []byte, p Policy) []byte {
	b = append(b, `{"Statement":[{"Resource":"`...)
	b = append(b, resource...)
	b = append(b, `","Condition":{`...)
	if p.Source.IsValid() {
		b = append(b, `"IpAddress":{"AWS:SourceIp":"`...)
		b = p.Source.AppendTo(b)
		b = append(b, `"},`...)
	}
	if !p.NotBefore.IsZero() {
		b = append(b, `"DateGreaterThan":{"AWS:EpochTime":`...)
		b = strconv.AppendInt(b, p.NotBefore.Unix(), 10)
		b = append(b, `},`...)
	}
	b = append(b, `"DateLessThan":{"AWS:EpochTime":`...)
	b = strconv.AppendInt(b, p.Expires.Unix(), 10)
	return append(b, `}}}]}`...)
}
