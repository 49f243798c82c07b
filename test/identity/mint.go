package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/bytepass/bytepass/test/issuer"
)

// The keys of a Mint.
const (
	ownKey      = "own"      // the issuer's, from the first
	esKey       = "es"       // the issuer's too, on a curve
	nextKey     = "next"     // the issuer's after Rotate
	strangeKey  = "strange"  // nobody's
	forgedKey   = "forged"   // nobody's, under the id of the issuer's own
	namelessKey = "nameless" // the issuer's own, without its id
)

// Mint makes the tokens of the table: an issuer whose keys it has, and a
// forger's server that has to stay unasked.
type Mint struct {
	*issuer.Rotating
	keys   map[string]jose.JSONWebKey
	forger *httptest.Server
	asked  atomic.Int64 // how often the forger's server was
}

// NewMint returns a mint over an issuer that knows Owners, until Close. It
// publishes the issuer's two keys.
func NewMint(is *issuer.Rotating) (*Mint, error) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	var foreign [2]*rsa.PrivateKey
	for i := range foreign {
		if foreign[i], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return nil, err
		}
	}
	own := is.Key()
	m := &Mint{Rotating: is, keys: map[string]jose.JSONWebKey{
		ownKey: own, esKey: issuer.NewKey("es-key", jose.ES256, curve),
		nextKey:     issuer.NewKey("next-key", jose.RS256, foreign[0]),
		strangeKey:  issuer.NewKey("strange-key", jose.RS256, foreign[1]),
		forgedKey:   issuer.NewKey(own.KeyID, jose.RS256, foreign[1]),
		namelessKey: issuer.NewKey("", jose.RS256, own.Key),
	}}
	m.forger = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		m.asked.Add(1)
		http.NotFound(w, nil)
	}))
	is.Publish(own, m.keys[esKey])
	return m, nil
}

// Rotate publishes the issuer's new key beside the old ones.
func (m *Mint) Rotate() { m.Publish(m.keys[nextKey], m.keys[ownKey], m.keys[esKey]) }

type claims = map[string]any

// inSeconds stands for the time so far from the moment of the signature.
type inSeconds int64

// with returns the claims of a good token of Alice, changed; nil takes one away.
func (m *Mint) with(change claims) claims {
	all := m.Claims(alice)
	maps.Copy(all, change)
	for name, value := range all {
		switch v := value.(type) {
		case nil:
			delete(all, name)
		case inSeconds:
			all[name] = time.Now().Unix() + int64(v)
		}
	}
	return all
}

// sign signs with one of the keys.
func (m *Mint) sign(key string, change claims, header map[string]any) (string, error) {
	return issuer.SignWith(m.keys[key], m.with(change), header)
}

func text(token string) func(*Mint) (string, error) {
	return func(*Mint) (string, error) { return token, nil }
}

func claimed(change claims) func(*Mint) (string, error) { return signedBy(ownKey, change) }

func signedBy(key string, change claims) func(*Mint) (string, error) {
	return func(m *Mint) (string, error) { return m.sign(key, change, nil) }
}

// typed says in the header what kind of token it is.
func typed(kind string) func(*Mint) (string, error) {
	return func(m *Mint) (string, error) { return m.sign(ownKey, nil, map[string]any{"typ": kind}) }
}

// hmac is the classical confusion (RFC 8725, section 2.1): the public key, as
// everybody can read it, taken for a shared secret.
func (m *Mint) hmac() (string, error) {
	own := m.keys[ownKey]
	der, err := x509.MarshalPKIXPublicKey(own.Public().Key)
	if err != nil {
		return "", err
	}
	secret := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	return issuer.SignWith(issuer.NewKey(own.KeyID, jose.HS256, secret), m.with(nil), nil)
}

// hinted says in the token's header where the forger's keys are.
func (m *Mint) hinted() (string, error) {
	return m.sign(strangeKey, nil, map[string]any{"jku": m.forger.URL + "/jwks", "x5u": m.forger.URL + "/x5u"})
}

func (m *Mint) tampered() (string, error) {
	good, err := m.sign(ownKey, nil, nil)
	parts := strings.Split(good, ".")
	if err != nil {
		return "", err
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(payload), `"`+alice+`"`, `"`+bob+`"`, 1)))
	return strings.Join(parts, "."), err
}

// Close ends the forger's server; the issuer is not the mint's.
func (m *Mint) Close() { m.forger.Close() }

// noneToken returns an unsigned token with the algorithm "none" (RFC 7519,
// section 6.1), which nobody may accept.
func noneToken(claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none","typ":"at+jwt"}`)) + "." + encode(payload) + ".", err
}
