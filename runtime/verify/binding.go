package verify

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// attack is a PUT that has to be refused.
type attack struct {
	sent   string
	url    signed
	body   []byte
	change map[string]string
}

// refuses returns nil if the store refuses all of them.
func (p *probe) refuses(ctx context.Context, attacks ...attack) error {
	for _, a := range attacks {
		got, err := p.put(ctx, a.url, a.body, a.change)
		if err != nil {
			return err
		}
		if err := got.refused("PUT %s", a.sent); err != nil {
			return err
		}
	}
	return nil
}

// bound returns nil if the store refuses all of them, and then takes what was
// signed: that tells a URL that is bound from one that is good for nothing.
func (p *probe) bound(ctx context.Context, s signed, body []byte, attacks ...attack) error {
	if err := p.refuses(ctx, attacks...); err != nil {
		return err
	}
	return p.taken(ctx, s, body)
}

// otherType returns a type that was not signed.
func (p *probe) otherType() string {
	if p.cfg.MimeType == "text/javascript" {
		return "text/html"
	}
	return "text/javascript"
}

func (p *probe) typeBound(ctx context.Context) error {
	body := p.content("type")
	s, err := p.presign(ctx, p.own, boundFile, body)
	if err != nil {
		return err
	}
	return p.bound(ctx, s, body,
		attack{fmt.Sprintf("of type %s to a URL that was signed for %s", p.otherType(), p.cfg.MimeType), s, body, map[string]string{"Content-Type": p.otherType()}},
		attack{"without a type to a URL that was signed for " + p.cfg.MimeType, s, body, map[string]string{"Content-Type": ""}})
}

func (p *probe) lengthBound(ctx context.Context) error {
	body := p.content("length")
	s, err := p.presign(ctx, p.own, boundFile, body)
	if err != nil {
		return err
	}
	signedFor := fmt.Sprintf(" to a URL that was signed for %d", len(body))
	return p.bound(ctx, s, body,
		attack{fmt.Sprintf("of %d bytes", len(body)+10) + signedFor, s, append(bytes.Clone(body), "10 more …"...), nil},
		attack{fmt.Sprintf("of %d bytes", len(body)-1) + signedFor, s, body[:len(body)-1], nil},
		attack{"of no bytes" + signedFor, s, nil, nil})
}

func (p *probe) keyBound(ctx context.Context) error {
	body := p.content("key")
	s, err := p.presign(ctx, p.own, boundFile, body)
	if err != nil {
		return err
	}
	// With the bytes that are there, so that it does no harm if it is taken.
	onto, err := p.presign(ctx, p.own, boundFile, p.main.body)
	if err != nil {
		return err
	}
	onto.URL, onto.Key = strings.Replace(onto.URL, onto.Key, p.main.Key, 1), p.main.Key
	err = p.bound(ctx, s, body,
		attack{"with another key in the signed URL", p.elsewhere(s, "another-key"), body, nil},
		attack{"with a key in the signed URL that has a file", onto, p.main.body, nil})
	if err != nil || p.other.token == nil {
		return err
	}
	// In the space of somebody who can remove it, if it gets there.
	theirs, err := p.presign(ctx, p.other, "key", body)
	if err != nil {
		return err
	}
	_, mine, err := place(s)
	if err != nil {
		return err
	}
	_, their, err := place(theirs)
	if err != nil || mine == their {
		return err
	}
	s.URL = strings.Replace(s.URL, mine+s.Key, their+s.Key, 1)
	a, err := p.putTo(ctx, made{key: s.Key, theirs: true}, s, body, nil)
	if err != nil {
		return err
	}
	return a.refused("PUT with another owner's space in the signed URL")
}

// verbBound tries URLs of PUTs on an object that is there, and DELETE on none.
func (p *probe) verbBound(ctx context.Context) error {
	s, err := p.presign(ctx, p.own, "verb", nil)
	if err != nil {
		return err
	}
	for _, r := range []request{
		{method: http.MethodGet, url: p.main.URL}, {method: http.MethodHead, url: p.main.URL},
		{method: http.MethodDelete, url: s.URL}, {method: http.MethodPost, url: s.URL},
	} {
		a, err := p.send(ctx, r)
		if err != nil {
			return err
		}
		if err := a.refused("%s of a URL that was signed for PUT", r.method); err != nil {
			return err
		}
	}
	return p.stillTakes(ctx)
}

func (p *probe) signatureBound(ctx context.Context) error {
	body := p.content("signature")
	s, err := p.presign(ctx, p.own, boundFile, body)
	if err != nil {
		return err
	}
	var attacks []attack
	for _, c := range []struct {
		sent, parameter string
		change          func(string) string
	}{
		{"with a signature of zeros", "X-Amz-Signature", func(v string) string { return strings.Repeat("0", len(v)) }},
		{"without the signature", "X-Amz-Signature", func(string) string { return "" }},
		{"with a longer life than was signed", "X-Amz-Expires", func(string) string { return "2600" }},
		{"with another date than was signed", "X-Amz-Date", earlier},
		{"with fewer signed headers than were signed", "X-Amz-SignedHeaders", func(string) string { return "host" }},
	} {
		attacked, ok := changed(s.URL, c.parameter, c.change)
		if !ok {
			return &Failure{"POST /api/presign", "a URL that is signed by AWS Signature Version 4, in its query", "one without " + c.parameter}
		}
		attacks = append(attacks, attack{c.sent, signed{URL: attacked, Key: s.Key, Headers: s.Headers}, body, nil})
	}
	return p.bound(ctx, s, body, attacks...)
}

// earlier returns a date of a signature that is two seconds before another.
func earlier(date string) string {
	at, err := time.Parse(stampLayout, date)
	if err != nil {
		return "20200101T000000Z"
	}
	return at.Add(-2 * time.Second).Format(stampLayout)
}

// overdue is how long after its end a URL is tried: stores tell seconds apart,
// and the clocks of two machines are not the same.
const overdue = 1500 * time.Millisecond

// expiry asks for a URL that lives for a second, and for one of the same that
// lives longer. That nobody can change a date that was signed, "signature-bound"
// shows.
func (p *probe) expiry(ctx context.Context) error {
	body := p.content("expiry")
	longer, err := p.presign(ctx, p.own, boundFile, body)
	if err != nil {
		return err
	}
	s, err := p.presign(ctx, p.own, boundFile, body, "expiresIn", 1)
	if err != nil {
		return err
	}
	asked := p.cfg.Now()
	u, err := url.Parse(s.URL)
	if err != nil {
		return &Failure{"POST /api/presign", "a URL", "something else"}
	}
	if life := u.Query().Get("X-Amz-Expires"); life != "1" {
		return &Failure{"POST /api/presign for a URL of 1 s", "one", fmt.Sprintf("a URL of %s s", life)}
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Second + overdue):
	}
	return p.bound(ctx, longer, body, attack{fmt.Sprintf("to a URL of 1 s, %.1f s after it was signed", p.cfg.Now().Sub(asked).Seconds()), s, body, nil})
}
