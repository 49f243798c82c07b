// Package edgetest judges signed URLs as CloudFront does, for tests: it takes
// a URL apart, writes the policy down again (canned) or reads it (custom),
// looks the key up in the key group, and checks signature, resource, time and
// address. It is written from the documentation and shares no code with
// package edge, which it is there to check
// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-signed-urls.html).
package edgetest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // what CloudFront does without Hash-Algorithm
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Edge is a distribution that trusts one key group.
type Edge struct {
	// Keys is the key group: public keys by their ids.
	Keys map[string]crypto.PublicKey
	Now  func() time.Time
}

// Get answers whether a viewer at the address from may have what rawURL names:
// nil, or what is wrong with it. Nothing of rawURL is decoded but the
// signature and the policy.
func (e Edge) Get(rawURL string, from netip.Addr) error {
	resource, reserved, err := split(rawURL)
	if err != nil {
		return err
	}
	policy, err := e.policy(resource, reserved)
	if err != nil {
		return err
	}
	key, ok := e.Keys[reserved["Key-Pair-Id"]]
	if !ok {
		return errors.New("unknown key pair id")
	}
	signature, err := decode(reserved["Signature"])
	if err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	if err := verify(key, reserved["Hash-Algorithm"], policy, signature); err != nil {
		return err
	}
	return check(policy, resource, from, e.Now().Unix(), reserved["Policy"] == "")
}

// split takes the signature's parameters out of the URL: what is left is the
// resource, byte for byte and in its order.
func split(rawURL string) (resource string, reserved map[string]string, err error) {
	base, query, _ := strings.Cut(rawURL, "?")
	reserved = map[string]string{}
	var own []string
	for _, pair := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		switch name {
		case "Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm":
			if _, twice := reserved[name]; twice {
				return "", nil, fmt.Errorf("%s twice", name)
			}
			reserved[name] = value
		case "":
		default:
			own = append(own, pair)
		}
	}
	if len(own) > 0 {
		base += "?" + strings.Join(own, "&")
	}
	return base, reserved, nil
}

// policy returns the bytes that must have been signed.
func (e Edge) policy(resource string, reserved map[string]string) ([]byte, error) {
	if encoded := reserved["Policy"]; encoded != "" {
		if reserved["Expires"] != "" {
			return nil, errors.New("both a canned and a custom policy")
		}
		return decode(encoded)
	}
	expires, err := strconv.ParseInt(reserved["Expires"], 10, 64)
	if err != nil {
		return nil, errors.New("no policy and no expiry")
	}
	return fmt.Appendf(nil, `{"Statement":[{"Resource":"%s","Condition":{"DateLessThan":{"AWS:EpochTime":%d}}}]}`, resource, expires), nil
}

func decode(s string) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "=", "~", "/").Replace(s))
}

func verify(key crypto.PublicKey, algorithm string, policy, signature []byte) error {
	var (
		digest []byte
		hash   crypto.Hash
	)
	switch algorithm {
	case "SHA256":
		sum := sha256.Sum256(policy)
		digest, hash = sum[:], crypto.SHA256
	case "":
		sum := sha1.Sum(policy) //nolint:gosec // see the import
		digest, hash = sum[:], crypto.SHA1
	default:
		return errors.New("unknown hash algorithm")
	}
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		if ecdsa.VerifyASN1(k, digest, signature) {
			return nil
		}
	case *rsa.PublicKey:
		if rsa.VerifyPKCS1v15(k, hash, digest, signature) == nil {
			return nil
		}
	}
	return errors.New("signature does not match")
}

// check reads a policy whose signature is right and asks whether it allows the
// request. The resource of a canned policy is the request's own.
func check(policy []byte, resource string, from netip.Addr, now int64, canned bool) error {
	type epoch struct {
		Time int64 `json:"AWS:EpochTime"`
	}
	var p struct {
		Statement []struct {
			Resource  string
			Condition struct {
				DateLessThan    *epoch
				DateGreaterThan *epoch
				IpAddress       *struct { //nolint:revive // the policy's own name
					Source netip.Prefix `json:"AWS:SourceIp"`
				}
			}
		}
	}
	if err := json.Unmarshal(policy, &p); err != nil || len(p.Statement) != 1 {
		return errors.New("not a policy of one statement")
	}
	s := p.Statement[0]
	switch c := s.Condition; {
	case !canned && !wildcard(s.Resource, resource):
		return errors.New("the policy is for another resource")
	case c.DateLessThan == nil:
		return errors.New("the policy never ends")
	case now >= c.DateLessThan.Time:
		return errors.New("expired")
	case c.DateGreaterThan != nil && now <= c.DateGreaterThan.Time:
		return errors.New("not valid yet")
	case c.IpAddress != nil && !c.IpAddress.Source.Contains(from):
		return errors.New("not from this address")
	}
	return nil
}

// wildcard matches s against a pattern in which "*" stands for any characters
// and "?" for any one.
func wildcard(pattern, s string) bool {
	for i := range len(pattern) {
		switch {
		case pattern[i] == '*':
			for j := i; j <= len(s); j++ {
				if wildcard(pattern[i+1:], s[j:]) {
					return true
				}
			}
			return false
		case i >= len(s) || pattern[i] != '?' && pattern[i] != s[i]:
			return false
		}
	}
	return len(pattern) == len(s)
}
