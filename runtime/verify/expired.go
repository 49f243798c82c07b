package verify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

func (p *probe) expiredToken(ctx context.Context) error {
	const remedy = "give a token that was good once with --expired-token-file or BYTEPASS_EXPIRED_TOKEN"
	if p.cfg.Expired == "" {
		return notChecked(remedy, "only the issuer can make a token that has expired")
	}
	own, err := p.own.get(ctx)
	if err != nil {
		return err
	}
	if why := neverGood(p.cfg.Expired, own, p.cfg.Now()); why != "" {
		return notChecked(remedy, "the token that was given %s: its refusal would show nothing", why)
	}
	if err := p.closed(ctx, call{method: http.MethodGet, path: "/api/files", header: map[string]string{"Authorization": "Bearer " + p.cfg.Expired}}, "with a token that has expired"); err != nil {
		return err
	}
	return p.stillIn(ctx, p.own)
}

// neverGood says why a deployment that takes the token own would refuse another
// for something else than that it has expired (RFC 7519, section 4.1); empty if
// nothing of that kind can be seen.
func neverGood(expired, own string, now time.Time) string {
	claims := claimsOf(expired)
	seconds, dated := claims["exp"].(float64)
	switch {
	case claims == nil:
		return "is no JWT"
	case !dated:
		return "does not say when it expires"
	case now.Before(time.Unix(int64(seconds), 0)):
		return "has not expired"
	}
	good := claimsOf(own)
	for _, name := range []string{"iss", "aud"} {
		if good != nil && fmt.Sprint(claims[name]) != fmt.Sprint(good[name]) {
			return "has another " + name + " than the one that is good"
		}
	}
	return ""
}

// claimsOf returns the claims of a JWT; nil for what is none.
func claimsOf(token string) map[string]any {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	var all map[string]any
	if err != nil || json.Unmarshal(payload, &all) != nil {
		return nil
	}
	return all
}
