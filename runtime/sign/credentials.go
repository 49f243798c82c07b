package sign

import (
	"context"
	"time"
)

// Credentials are what a signature is made with. Never log them.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string    // empty for keys of a user
	Expires         time.Time // zero: never
}

// Provider returns credentials that live at least minLife longer, as far as
// it can get such; it is called once for each signature, from many goroutines,
// so it must answer from memory whenever it can. When it returns credentials
// that end sooner, the signer says so in ExpiresAt. The error reaches the
// caller of the signer as it is.
type Provider func(ctx context.Context, minLife time.Duration) (Credentials, error)

// Static returns a Provider of credentials that do not change.
func Static(c Credentials) Provider {
	return func(context.Context, time.Duration) (Credentials, error) { return c, nil }
}

// same reports whether c and d sign alike. Expires does not take part.
func (c *Credentials) same(d *Credentials) bool {
	return c.AccessKeyID == d.AccessKeyID && c.SecretAccessKey == d.SecretAccessKey && c.SessionToken == d.SessionToken
}
