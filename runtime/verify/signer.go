package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// signerHeader: whoever steals a signer's credentials must not get further than
// with the URLs that they sign. They have to sign one that works first, or their
// refusal would say nothing.
func (p *probe) signerHeader(ctx context.Context) error {
	if p.cfg.Signer == nil {
		return notChecked("give a signer's credentials in BYTEPASS_SIGNER_ACCESS_KEY, BYTEPASS_SIGNER_SECRET_KEY and BYTEPASS_SIGNER_SESSION_TOKEN", "it takes a signer's credentials")
	}
	bucket, space, err := place(p.main.signed)
	if err != nil {
		return err
	}
	region, err := regionOf(p.main.URL)
	if err != nil {
		return err
	}
	object, own := without(p.main.URL), p.elsewhere(p.main.signed, "signer")
	sign := signing{p.cfg, region}
	works, got := false, []string(nil)
	for _, r := range []request{{method: http.MethodGet, url: object}, {method: http.MethodPut, url: without(own.URL), body: p.content("signer")}} {
		if r.url, err = sign.query(ctx, r); err != nil {
			return err
		}
		a, err := p.send(ctx, r)
		if err != nil {
			return err
		}
		if a.status/100 == 2 {
			works = true
			if r.method == http.MethodPut {
				p.remember(made{key: own.Key})
			}
		}
		got = append(got, r.method+": "+a.String())
	}
	if !works {
		return notChecked("give credentials of a signer of this deployment that have not expired", "the URLs that these credentials sign are refused too (%s)", sentence(got))
	}
	own = p.elsewhere(own, "signer-header")
	for _, r := range []request{
		{method: http.MethodGet, url: object},
		{method: http.MethodHead, url: object},
		{method: http.MethodGet, url: bucket + "?list-type=2&max-keys=1&prefix=" + url.QueryEscape(space)},
		{method: http.MethodDelete, url: without(own.URL)},
		{method: http.MethodPut, url: without(own.URL), body: p.content("signer-header")},
	} {
		if r.header, err = sign.headers(ctx, r); err != nil {
			return err
		}
		a, err := p.send(ctx, r)
		if err != nil {
			return err
		}
		if r.method == http.MethodPut && a.status/100 == 2 {
			p.remember(made{key: own.Key})
		}
		if err := a.refused("%s signed in its Authorization header with a signer's credentials", r.method); err != nil {
			return err
		}
	}
	return nil
}

// regionOf returns the region in the scope of a signed URL.
func regionOf(signed string) (string, error) {
	u, err := url.Parse(signed)
	if err != nil {
		return "", &Failure{"POST /api/presign", "a URL", "something else"}
	}
	scope := strings.Split(u.Query().Get("X-Amz-Credential"), "/")
	if len(scope) < 5 {
		return "", &Failure{"POST /api/presign", "a URL that is signed by AWS Signature Version 4, in its query", "another one"}
	}
	return scope[len(scope)-3], nil
}

// signing signs requests by the signer's credentials, by the SDK.
type signing struct {
	cfg    Config
	region string
}

func (s signing) credentials() aws.Credentials {
	c := s.cfg.Signer
	return aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}
}

func s3Paths(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }

// query returns the URL of r, signed for a minute.
func (s signing) query(ctx context.Context, r request) (string, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, r.url+"?X-Amz-Expires=60", nil)
	if err != nil {
		return "", err
	}
	signed, _, err := v4.NewSigner(s3Paths).PresignHTTP(ctx, s.credentials(), req, "UNSIGNED-PAYLOAD", "s3", s.region, s.cfg.Now())
	if err != nil {
		return "", fmt.Errorf("signing with the signer's credentials: %w", err)
	}
	return signed, nil
}

// headers returns the headers of r that sign it.
func (s signing) headers(ctx context.Context, r request) (map[string]string, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(r.body)
	hash := hex.EncodeToString(sum[:])
	req.Header.Set("X-Amz-Content-Sha256", hash)
	if err := v4.NewSigner(s3Paths).SignHTTP(ctx, s.credentials(), req, hash, "s3", s.region, s.cfg.Now()); err != nil {
		return nil, fmt.Errorf("signing with the signer's credentials: %w", err)
	}
	header := map[string]string{}
	for name := range req.Header {
		header[name] = req.Header.Get(name)
	}
	return header, nil
}
