package sign

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bytepass/bytepass/runtime/percent"
)

// Presign returns the URL that makes r a request which its holder may send
// until expires: the earlier of the end of r.Life (counted in whole seconds
// from the second of signing) and the end of the signing credentials.
//
// All headers in r.Header are signed, so the request is refused without them
// or with other values; so is any other header that begins with x-amz-. A
// signed content-length binds the length of the body.
//
// The error says which part of r cannot be signed, or is the Provider's.
func (s *Signer) Presign(ctx context.Context, r Request) (signed string, expires time.Time, err error) {
	c := s.borrow()
	defer s.pool.Put(c)
	for _, p := range sortedQuery(r.Query) {
		c.param(p.Name, p.Value)
	}
	last := ""
	for _, h := range sortedHeaders(r.Header, s.host) {
		switch {
		case !plainName(h.Name, "-_"):
			c.fail("sign: %q is not a header's name; use letters, digits and hyphens", h.Name)
		case h.Name == last:
			c.fail("sign: the header %s is given twice; give it once, and leave host to the signer", h.Name)
		}
		c.header(h.Name, h.Value)
		last = h.Name
	}
	if !plainName(r.Method, "") {
		c.fail("sign: %q is not a method", r.Method)
	}
	c.object = append(c.object[:0], r.Key...)
	return s.finish(ctx, c, r.Method, r.Life)
}

func (s *Signer) borrow() *canonical {
	c := s.pool.Get().(*canonical)
	c.reset()
	return c
}

// finish signs what c has collected. Its results are those of Presign.
func (s *Signer) finish(ctx context.Context, c *canonical, method string, life time.Duration) (signed string, expires time.Time, err error) {
	if c.err != nil {
		return "", time.Time{}, c.err
	}
	at, expires, err := s.begin(ctx, life)
	if err != nil {
		return "", time.Time{}, err
	}

	// The canonical request. Its second and third lines are the URL's path and
	// query, too.
	b := append(c.buf[:0], method...)
	b = append(b, '\n')
	path := len(b)
	b = append(b, s.root...)
	b = percent.Append(b, c.object, &percent.Path)
	pathEnd := len(b)
	b = append(b, '\n')
	b = append(b, c.before...)
	b = append(b, at.query...)
	b = strconv.AppendInt(b, int64(life/time.Second), 10)
	b = append(b, at.queryToken...)
	b = append(b, "&X-Amz-SignedHeaders="...)
	b = append(b, c.signedHeaders()...)
	b = append(b, c.after...)
	queryEnd := len(b)
	b = append(b, '\n')
	b = append(b, c.lines...)
	b = append(b, '\n')
	b = append(b, c.names[len(";"):]...)
	b = append(b, "\n"+unsignedPayload...)
	c.sum = sha256.Sum256(b)
	encodeHex(&c.hex, &c.sum)
	c.sign(at.dayKey, at.toSign, c.hex[:])

	// It is hashed, so the URL can be completed in its place.
	b[pathEnd] = '?'
	b = append(b[:queryEnd], "&X-Amz-Signature="...)
	b = append(b, c.hex[:]...)
	c.buf = b

	var u strings.Builder
	u.Grow(len(s.origin) + len(b) - path)
	u.WriteString(s.origin)
	u.Write(b[path:])
	return u.String(), expires, nil
}

// begin checks life and returns what the credentials and the time of signing
// decide, and when what is signed ends.
func (s *Signer) begin(ctx context.Context, life time.Duration) (at *second, expires time.Time, err error) {
	if life < time.Second || life > MaxLife || life%time.Second != 0 {
		return nil, time.Time{}, fmt.Errorf("sign: a life of %v; it must be 1 s to 7 days, in whole seconds", life)
	}
	creds, err := s.credentials(ctx, life+RenewBefore)
	if err != nil {
		return nil, time.Time{}, err
	}
	now := s.now()
	unix := now.Unix()
	expires = time.Unix(unix, 0).Add(life).UTC()
	if !creds.Expires.IsZero() && creds.Expires.Before(expires) {
		expires = creds.Expires.UTC()
		if !expires.After(now) {
			return nil, time.Time{}, errors.New("sign: the signing credentials have expired; their provider must renew them")
		}
	}
	at = s.last.Load()
	if at == nil || at.unix != unix || !at.creds.same(&creds) {
		key, day := at.key(), unix/daySeconds
		if key == nil || key.day != day || !key.creds.same(&creds) {
			key = newDayKey(creds, s.region, day)
		}
		at = newSecond(key, unix)
		s.last.Store(at)
	}
	return at, expires, nil
}

// key returns the day's key of a second that may be nil.
func (at *second) key() *dayKey {
	if at == nil {
		return nil
	}
	return at.dayKey
}
