package sign

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// RenewBefore is how much longer than a URL its credentials should live
	// when it is signed.
	RenewBefore = 5 * time.Minute
	// MaxLife is the longest life of a presigned request that S3 accepts.
	MaxLife = 7 * 24 * time.Hour

	// unsignedPayload stands for the hash of a body that is not known yet.
	unsignedPayload = "UNSIGNED-PAYLOAD"
)

// Config says for which bucket a Signer signs, and as whom.
type Config struct {
	// Endpoint is the store's scheme and host, such as "http://127.0.0.1:9000".
	// Empty means AWS in Region.
	Endpoint string
	Region   string
	Bucket   string
	// PathStyle puts the bucket in the path instead of the host name. A bucket
	// with a dot in its name is always addressed by path, because no
	// certificate covers its host name.
	PathStyle   bool
	Credentials Provider
	Now         func() time.Time
}

// Signer signs requests for one bucket. It is safe for concurrent use.
type Signer struct {
	region      string
	bucket      string
	credentials Provider
	now         func() time.Time

	origin   string // "https://host", where host is what is signed
	host     string
	hostLine string // the canonical line of that header
	root     string // the path before the escaped key: "/" or "/bucket/"

	last atomic.Pointer[second] // of the last signature
	pool sync.Pool              // of *canonical
}

// New returns a Signer, or an error that names the field of cfg that is wrong.
func New(cfg Config) (*Signer, error) {
	if cfg.Credentials == nil || cfg.Now == nil {
		return nil, errors.New("sign: Credentials and Now must be set")
	}
	if !plainName(cfg.Region, "-") {
		return nil, fmt.Errorf("sign: Region is %q; set one such as eu-central-1", cfg.Region)
	}
	if !plainName(cfg.Bucket, "-._") {
		return nil, fmt.Errorf("sign: Bucket is %q, which is not a bucket's name", cfg.Bucket)
	}
	scheme, host, err := splitEndpoint(cfg.Endpoint, cfg.Region)
	if err != nil {
		return nil, err
	}
	s := &Signer{region: cfg.Region, bucket: cfg.Bucket, credentials: cfg.Credentials, now: cfg.Now, host: host, root: "/"}
	if cfg.PathStyle || strings.Contains(cfg.Bucket, ".") {
		s.root = "/" + cfg.Bucket + "/"
	} else {
		s.host = cfg.Bucket + "." + host
	}
	s.hostLine = "host:" + s.host + "\n"
	s.origin = scheme + "://" + s.host
	s.pool.New = newCanonical
	return s, nil
}
