package edge

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // CloudFront's signature without Hash-Algorithm is SHA-1
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/runtime/files"
)

// Hash is what a policy is hashed with before it is signed.
type Hash int

// The hashes that CloudFront takes.
const (
	SHA256 Hash = iota // named in the URL; the default
	SHA1               // what CloudFront assumes when the URL names none
)

// MaxLife is the longest life of a URL. Rotation relies on it: a key leaves
// the key group when nothing that it signed can be valid any more.
const MaxLife = env.MaxURLSeconds * time.Second

// Config is what a Signer is made of.
type Config struct {
	// Domain is the distribution's host name, or its alias: what viewers ask.
	Domain string
	Keys   KeySource
	Hash   Hash
	Now    func() time.Time
}

// Signer signs URLs of one distribution. It is safe for concurrent use and
// does no I/O of its own.
type Signer struct{ config Config }

// New returns a Signer. The error names the field that is missing or wrong.
func New(c Config) (*Signer, error) {
	switch {
	case c.Domain == "" || strings.Trim(c.Domain, "abcdefghijklmnopqrstuvwxyz0123456789.-:") != "":
		return nil, fmt.Errorf("edge: Domain is %q; give a host name in lower case such as d111111abcdef8.cloudfront.net", c.Domain)
	case c.Keys == nil:
		return nil, errors.New("edge: Keys is missing")
	case c.Now == nil:
		return nil, errors.New("edge: Now is missing")
	case c.Hash != SHA256 && c.Hash != SHA1:
		return nil, fmt.Errorf("edge: Hash is %d; give SHA256 or SHA1", c.Hash)
	}
	return &Signer{config: c}, nil
}

// PresignGet signs the GET of d for life with a canned policy. The edge finds
// exactly this version and answers with this disposition; d's CacheControl and
// MimeType do not travel (see ResourceURL). ExpiresAt is now+life, rounded
// down to the second. The error is Canned's.
func (s *Signer) PresignGet(ctx context.Context, d files.Download, life time.Duration) (files.Presigned, error) {
	expires := s.config.Now().Add(life).Truncate(time.Second)
	url, err := s.Canned(ctx, d, expires)
	if err != nil {
		return files.Presigned{}, err
	}
	return files.Presigned{Method: "GET", URL: url, ContentLength: files.SizeUnknown, ExpiresAt: expires}, nil
}

// Canned returns the URL of d that is valid until expires. The error says that
// d has no object key, that expires has passed or is more than MaxLife away,
// or is the KeySource's.
func (s *Signer) Canned(ctx context.Context, d files.Download, expires time.Time) (string, error) {
	return s.sign(ctx, d, Policy{Expires: expires}, false)
}

// Custom returns the URL of d under p. The error is as Canned's, or says that
// p never begins or names addresses that are not IPv4.
func (s *Signer) Custom(ctx context.Context, d files.Download, p Policy) (string, error) {
	return s.sign(ctx, d, p, true)
}

func (s *Signer) sign(ctx context.Context, d files.Download, p Policy, custom bool) (string, error) {
	now := s.config.Now()
	switch {
	case p.Expires.Unix() <= now.Unix():
		return "", errors.New("edge: the expiry is not a second away; give the URL a longer life")
	case p.Expires.Sub(now) > MaxLife:
		return "", fmt.Errorf("edge: the expiry is more than %s away; give the URL a shorter life", MaxLife)
	case !p.NotBefore.IsZero() && p.NotBefore.Unix() >= p.Expires.Unix():
		return "", errors.New("edge: NotBefore is not before Expires")
	case p.Source.IsValid() && !p.Source.Addr().Is4():
		return "", errors.New("edge: Source is not IPv4; CloudFront takes no other addresses in a policy")
	}
	key, err := s.config.Keys.Key(ctx)
	if err != nil {
		return "", err
	}

	// Room for what is escaped, for a custom policy and for a signature of
	// RSA-2048, so that the buffer is made once.
	url := make([]byte, 0, 1024+3*(len(d.ObjectKey)+len(d.Disposition)))
	url, err = appendResource(url, s.config.Domain, d)
	if err != nil {
		return "", err
	}
	resource := url
	policy := appendPolicy(make([]byte, 0, len(resource)+256), resource, p)
	signature, err := s.signature(key.Signer, policy)
	if err != nil {
		return "", err
	}

	if bytes.IndexByte(resource, '?') < 0 {
		url = append(url, '?')
	} else {
		url = append(url, '&')
	}
	if custom {
		url = append(url, "Policy="...)
		url = encoding.AppendEncode(url, policy)
	} else {
		url = append(url, "Expires="...)
		url = strconv.AppendInt(url, p.Expires.Unix(), 10)
	}
	url = append(url, "&Signature="...)
	url = encoding.AppendEncode(url, signature)
	url = append(url, "&Key-Pair-Id="...)
	url = append(url, key.PairID...)
	if s.config.Hash == SHA256 {
		url = append(url, "&Hash-Algorithm=SHA256"...)
	}
	return string(url), nil
}

// signature signs the policy: PKCS #1 v1.5 with an RSA key, ASN.1 DER with an
// ECDSA key, as the standard library's signers do by themselves.
func (s *Signer) signature(key crypto.Signer, policy []byte) ([]byte, error) {
	var (
		digest []byte
		hash   crypto.Hash
	)
	if s.config.Hash == SHA1 {
		sum := sha1.Sum(policy) //nolint:gosec // see the import
		digest, hash = sum[:], crypto.SHA1
	} else {
		sum := sha256.Sum256(policy)
		digest, hash = sum[:], crypto.SHA256
	}
	signature, err := key.Sign(rand.Reader, digest, hash)
	if err != nil {
		return nil, fmt.Errorf("edge: the key cannot sign: %w", err)
	}
	return signature, nil
}
