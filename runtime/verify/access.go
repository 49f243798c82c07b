package verify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

func (p *probe) health(ctx context.Context) error {
	return p.call(ctx, call{method: http.MethodGet, path: "/healthz"}, nil)
}

// apiHeaders: answers hold signed URLs, so no cache may keep them, and no
// browser may take one for a page.
func (p *probe) apiHeaders(ctx context.Context) error {
	c := call{who: p.own, method: http.MethodGet, path: "/api/files", query: url.Values{"prefix": {p.folder}, "limit": {"1"}}}
	a, err := p.ask(ctx, c)
	if err != nil {
		return err
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
		if got := a.header.Get(name); !strings.Contains(strings.ToLower(got), want) {
			return &Failure{c.String(), name + ": " + want, fmt.Sprintf("%q", got)}
		}
	}
	return nil
}

// guarded are all routes that take a token. None of them does anything with so
// little said, wherever it is let in.
func (p *probe) guarded() []call {
	var calls []call
	for _, path := range []string{"/api/files", "/api/folders", "/api/file", "/api/trash", "/api/rejected", "/api/versions", "/api/uploads", "/s3/params", "/s3/multipart/none"} {
		calls = append(calls, call{method: http.MethodGet, path: path})
	}
	for _, path := range []string{"/api/presign", "/api/files/none/presign", "/api/upload-url", "/api/uploads", "/api/uploads/none/parts", "/api/uploads/none/complete", "/api/restore", "/s3/multipart", "/s3/sign"} {
		calls = append(calls, call{method: http.MethodPost, path: path, body: struct{}{}})
	}
	return append(calls,
		call{method: http.MethodDelete, path: "/api/files", body: struct{}{}},
		call{method: http.MethodDelete, path: "/api/uploads/none"})
}

// closed returns nil if a call is refused for want of a good token.
func (p *probe) closed(ctx context.Context, c call, with string) error {
	a, err := p.ask(ctx, c)
	if err != nil {
		return err
	}
	if a.status == http.StatusUnauthorized || a.status == http.StatusForbidden {
		return nil
	}
	return &Failure{c.String() + " " + with, "401 or 403", a.String()}
}

// noToken: a development server takes requests of its own machine without a
// token; then it must not take those that somebody else may have sent.
func (p *probe) noToken(ctx context.Context) error {
	u, err := url.Parse(p.base)
	if err != nil {
		return err
	}
	with, header := "without a token", map[string]string(nil)
	if loopback(u.Hostname()) {
		a, err := p.ask(ctx, call{method: http.MethodGet, path: "/api/files"})
		if err != nil {
			return err
		}
		if a.status == http.StatusOK {
			with, header = "without a token, as if forwarded by a proxy", map[string]string{"X-Forwarded-For": "192.0.2.1"}
		}
	}
	for _, c := range p.guarded() {
		c.header = header
		if err := p.closed(ctx, c, with); err != nil {
			return err
		}
	}
	return p.stillIn(ctx, p.own)
}

// badToken: the token as it must not be, of which whoever has seen one can make
// any number.
func (p *probe) badToken(ctx context.Context) error {
	good, err := p.own.get(ctx)
	if err != nil {
		return err
	}
	for what, token := range forgeries(good) {
		header := map[string]string{"Authorization": "Bearer " + token}
		for _, c := range []call{
			{method: http.MethodGet, path: "/api/files", header: header},
			{method: http.MethodPost, path: "/api/presign", body: struct{}{}, header: header},
		} {
			if err := p.closed(ctx, c, "with "+what); err != nil {
				return err
			}
		}
	}
	return p.stillIn(ctx, p.own)
}

// forgeries returns what must not do for a token, by what it is.
func forgeries(good string) map[string]string {
	encode := base64.RawURLEncoding.EncodeToString
	header, payload, signature := encode([]byte(`{"alg":"RS256","typ":"JWT"}`)), encode([]byte(`{"sub":"bytepass-verify","exp":4102444800}`)), encode(make([]byte, 256))
	if parts := strings.Split(good, "."); len(parts) == 3 {
		header, payload, signature = parts[0], parts[1], parts[2]
	}
	none := encode([]byte(`{"alg":"none","typ":"JWT"}`))
	forged := map[string]string{
		"garbage for a token":               "garbage",
		"a token of the algorithm none":     none + "." + payload + ".",
		"that and a signature":              none + "." + payload + "." + signature,
		"a token without its signature":     header + "." + payload + ".",
		"a token with another signature":    header + "." + payload + "." + encode(make([]byte, 256)),
		"a token signed with HMAC and \"\"": encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + payload + "." + signature,
	}
	var claims map[string]any
	if raw, err := base64.RawURLEncoding.DecodeString(payload); err == nil && json.Unmarshal(raw, &claims) == nil {
		claims["sub"] = "bytepass-verify-somebody-else"
		if changed, err := json.Marshal(claims); err == nil {
			forged["a token whose owner was changed"] = header + "." + encode(changed) + "." + signature
		}
	}
	return forged
}

// loopback reports whether a host is this machine itself; names below localhost
// are (RFC 6761, section 6.3).
func loopback(host string) bool {
	host = strings.ToLower(host)
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.Unmap().IsLoopback()
}
