package verify

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// foreign is an origin that no deployment lets in.
const foreign = "https://bytepass-verify.invalid"

// What a page sends to the store, and reads of its answers.
var (
	storeHeaders = []string{"content-type", "if-none-match", "x-amz-checksum-sha256", "x-amz-checksum-crc64nvme", "x-amz-meta-bytepass"}
	storeExposed = []string{"ETag", "Location", "x-amz-version-id", "x-amz-checksum-sha256"}
)

// preflight asks as a browser does before a page may send something (the Fetch
// standard's CORS protocol).
func (p *probe) preflight(ctx context.Context, url, origin, method string, headers []string) (answer, error) {
	return p.send(ctx, request{method: http.MethodOptions, url: url, header: map[string]string{
		"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": strings.Join(headers, ","),
	}})
}

// letsIn returns nil if a preflight's answer lets the page send this.
func (a answer) letsIn(sent, origin, method string, headers []string) error {
	fail := func(expected, got string) error { return &Failure{sent, expected, got} }
	if a.status/100 != 2 {
		return fail("2xx", a.String())
	}
	if got := a.header.Get("Access-Control-Allow-Origin"); got != origin && got != "*" {
		return fail("Access-Control-Allow-Origin: "+origin, fmt.Sprintf("%q", got))
	}
	if got := a.header.Get("Access-Control-Allow-Methods"); !names(got, method) {
		return fail("Access-Control-Allow-Methods with "+method, fmt.Sprintf("%q", got))
	}
	for _, header := range headers {
		if got := a.header.Get("Access-Control-Allow-Headers"); !names(got, header) {
			return fail("Access-Control-Allow-Headers with "+header, fmt.Sprintf("%q", got))
		}
	}
	return nil
}

// exposes returns nil if a page of the origin can read these headers.
func (a answer) exposes(sent, origin string, headers []string) error {
	if got := a.header.Get("Access-Control-Allow-Origin"); got != origin && got != "*" {
		return &Failure{sent, "Access-Control-Allow-Origin: " + origin, fmt.Sprintf("%q", got)}
	}
	for _, header := range headers {
		if got := a.header.Get("Access-Control-Expose-Headers"); !names(got, header) {
			return &Failure{sent, "Access-Control-Expose-Headers with " + header, fmt.Sprintf("%q", got)}
		}
	}
	return nil
}

// names reports whether a comma-separated header names this, in any case, or all.
func names(header, name string) bool {
	for item := range strings.SplitSeq(header, ",") {
		if item = strings.TrimSpace(item); item == "*" || strings.EqualFold(item, name) {
			return true
		}
	}
	return false
}

func noOrigin() error {
	return notChecked("name a web origin whose pages use the deployment with --origin", "which pages may use it is not known")
}

func (p *probe) corsAPI(ctx context.Context) error {
	if p.cfg.Origin == "" {
		return noOrigin()
	}
	headers := []string{"authorization", "content-type"}
	for _, c := range []call{
		{method: http.MethodPost, path: "/api/presign"}, {method: http.MethodPost, path: "/api/uploads"}, {method: http.MethodGet, path: "/api/files"},
		{method: http.MethodDelete, path: "/api/files"}, {method: http.MethodPost, path: "/api/restore"}, {method: http.MethodPost, path: "/s3/multipart"},
	} {
		a, err := p.preflight(ctx, p.base+c.path, p.cfg.Origin, c.method, headers)
		if err != nil {
			return err
		}
		if err := a.letsIn("the preflight of "+c.String(), p.cfg.Origin, c.method, headers); err != nil {
			return err
		}
	}
	list := call{who: p.own, method: http.MethodGet, path: "/api/files", query: url.Values{"prefix": {p.folder}}, header: map[string]string{"Origin": p.cfg.Origin}}
	a, err := p.ask(ctx, list)
	if err != nil {
		return err
	}
	return a.exposes(list.String()+" by a page", p.cfg.Origin, []string{"Link"})
}

// corsStore also reads the answer to the upload, which was sent as by a page.
func (p *probe) corsStore(ctx context.Context) error {
	if p.cfg.Origin == "" {
		return noOrigin()
	}
	a, err := p.preflight(ctx, p.main.URL, p.cfg.Origin, http.MethodPut, storeHeaders)
	if err != nil {
		return err
	}
	if err := a.letsIn("the preflight of a PUT to the store", p.cfg.Origin, http.MethodPut, storeHeaders); err != nil {
		return err
	}
	return p.main.answer.exposes("PUT to the store by a page", p.cfg.Origin, storeExposed)
}

func (p *probe) corsForeign(ctx context.Context) error {
	for _, origin := range []string{foreign, "null"} {
		for what, where := range map[string]string{"the API": p.base + "/api/presign", "the store": p.main.URL} {
			method := http.MethodPost
			if where == p.main.URL {
				method = http.MethodPut
			}
			a, err := p.preflight(ctx, where, origin, method, []string{"content-type"})
			if err != nil {
				return err
			}
			if err := a.keepsOut("the preflight of "+what, origin); err != nil {
				return err
			}
		}
		a, err := p.ask(ctx, call{who: p.own, method: http.MethodGet, path: "/api/files", query: url.Values{"prefix": {p.folder}}, header: map[string]string{"Origin": origin}})
		if err != nil {
			return err
		}
		if err := a.keepsOut("GET /api/files", origin); err != nil {
			return err
		}
	}
	return nil
}

// keepsOut returns nil if an answer does not let a page of the origin in. One
// that says nothing because it had no time is none.
func (a answer) keepsOut(sent, origin string) error {
	if a.status >= http.StatusInternalServerError && a.status != http.StatusNotImplemented || a.status == http.StatusTooManyRequests {
		return &Failure{fmt.Sprintf("%s by a page of %s", sent, origin), "an answer", a.String()}
	}
	if got := a.header.Get("Access-Control-Allow-Origin"); got != "" && (got == origin || got == "*") {
		return &Failure{fmt.Sprintf("%s by a page of %s", sent, origin), "no Access-Control-Allow-Origin that lets it in", fmt.Sprintf("%q", got)}
	}
	return nil
}
