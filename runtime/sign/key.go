package sign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding"
	"hash"
	"strings"
	"time"

	"github.com/bytepass/bytepass/runtime/percent"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	daySeconds = 24 * 60 * 60
)

// dayKey is what one day, one region and one set of credentials decide about a
// signature. It is immutable.
type dayKey struct {
	creds      Credentials
	day        int64  // Unix time of the day's midnight in UTC, in days
	scope      string // <date>/<region>/s3/aws4_request
	credential string // <access key>/<scope>
	queryHead  string // the query up to the value of X-Amz-Date
	queryToken string // &X-Amz-Security-Token=…, or empty

	// The states of SHA-256 after HMAC's inner and outer pad of the signing
	// key, as the digest marshals them: two blocks less to hash each time.
	inner, outer []byte
}

// newDayKey derives the signing key:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
func newDayKey(creds Credentials, region string, day int64) *dayKey {
	date := time.Unix(day*daySeconds, 0).UTC().Format("20060102")
	k := &dayKey{creds: creds, day: day, scope: date + "/" + region + "/s3/aws4_request"}
	k.credential = creds.AccessKeyID + "/" + k.scope
	k.queryHead = "X-Amz-Algorithm=" + algorithm + "&X-Amz-Credential=" + percent.Encode(k.credential) + "&X-Amz-Date="
	if creds.SessionToken != "" {
		k.queryToken = "&X-Amz-Security-Token=" + percent.Encode(creds.SessionToken)
	}
	key := []byte("AWS4" + creds.SecretAccessKey)
	for _, part := range [...]string{date, region, "s3", "aws4_request"} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	k.inner = stateAfter(nil, pad(key, 0x36))
	k.outer = stateAfter(nil, pad(key, 0x5c))
	return k
}

// second is what one second decides beyond its day. It is immutable, too.
type second struct {
	*dayKey
	unix  int64
	date  string // 20060102T150405Z
	query string // the query from X-Amz-Algorithm to X-Amz-Expires=
	// toSign is the state of SHA-256 after the inner pad and the string to
	// sign but for its last line, the hash of the canonical request.
	toSign []byte
}

func newSecond(k *dayKey, unix int64) *second {
	date := time.Unix(unix, 0).UTC().Format("20060102T150405Z")
	return &second{
		dayKey: k,
		unix:   unix,
		date:   date,
		query:  k.queryHead + date + "&X-Amz-Expires=",
		toSign: stateAfter(k.inner, strings.Join([]string{algorithm, date, k.scope, ""}, "\n")),
	}
}

// pad returns the key, filled to a block of SHA-256, combined with pad (RFC 2104).
func pad(key []byte, pad byte) string {
	block := make([]byte, sha256.BlockSize)
	copy(block, key)
	for i := range block {
		block[i] ^= pad
	}
	return string(block)
}

// resumable is a SHA-256 digest that can go on from a state of another one, as
// the documentation of crypto/sha256.New says that its digests can.
type resumable interface {
	hash.Hash
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

func newDigest() resumable { return sha256.New().(resumable) }

// stateAfter returns the state of a digest that was in state from (nil: new)
// and then took message.
func stateAfter(from []byte, message string) []byte {
	digest := newDigest()
	if from != nil {
		resume(digest, from)
	}
	digest.Write([]byte(message))
	state, err := digest.MarshalBinary()
	if err != nil {
		panic("sign: the digest cannot tell its state: " + err.Error())
	}
	return state
}

func resume(digest resumable, state []byte) {
	if err := digest.UnmarshalBinary(state); err != nil {
		panic("sign: the digest does not take its own state: " + err.Error())
	}
}
