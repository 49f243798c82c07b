package keyring

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// Algorithm is a kind of key pair that CloudFront takes for signed URLs
// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html).
type Algorithm string

// The kinds.
const (
	ECDSAP256 Algorithm = "ECDSA_P256"
	RSA2048   Algorithm = "RSA_2048"
)

// ParseAlgorithm reads a setting; empty is ECDSA_P256. The error names both
// choices.
func ParseAlgorithm(s string) (Algorithm, error) {
	switch a := Algorithm(s); a {
	case "":
		return ECDSAP256, nil
	case ECDSAP256, RSA2048:
		return a, nil
	}
	return "", fmt.Errorf("keyring: %q is no key algorithm; choose %s or %s", s, ECDSAP256, RSA2048)
}

// Generate makes a new pair. Its fingerprint is the first ten bytes of the
// SHA-256 of the public key's DER, in hex: it names the public key in
// CloudFront, so whoever repeats a creation that was interrupted finds what
// was created before.
func Generate(a Algorithm, now time.Time) (Key, error) {
	var (
		private crypto.Signer
		err     error
	)
	if a == RSA2048 {
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	} else {
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		return Key{}, fmt.Errorf("keyring: make a key pair: %w", err)
	}
	privateDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return Key{}, errors.New("keyring: the new private key cannot be encoded")
	}
	publicDER, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return Key{}, errors.New("keyring: the new public key cannot be encoded")
	}
	sum := sha256.Sum256(publicDER)
	return Key{
		Fingerprint: hex.EncodeToString(sum[:10]),
		PublicKey:   string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicDER})),
		PrivateKey:  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: privateDER})),
		Status:      StatusNew,
		Since:       now,
	}, nil
}

// Signer returns the private half. The error says what is wrong with it and
// quotes nothing of it.
func (k Key) Signer() (crypto.Signer, error) {
	block, _ := pem.Decode([]byte(k.PrivateKey))
	if block == nil {
		return nil, errors.New("keyring: the key has no private half")
	}
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("keyring: the private half is not PKCS #8")
	}
	switch private := private.(type) {
	case *ecdsa.PrivateKey:
		if private.Curve == elliptic.P256() {
			return private, nil
		}
	case *rsa.PrivateKey:
		if private.N.BitLen() == 2048 {
			return private, nil
		}
	}
	return nil, errors.New("keyring: the private half is neither ECDSA P-256 nor RSA-2048")
}

// Algorithm returns the kind of the pair, or "" if the public half is not one
// of Generate's.
func (k Key) Algorithm() Algorithm {
	block, _ := pem.Decode([]byte(k.PublicKey))
	if block == nil {
		return ""
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return ""
	}
	switch public.(type) {
	case *ecdsa.PublicKey:
		return ECDSAP256
	case *rsa.PublicKey:
		return RSA2048
	}
	return ""
}
