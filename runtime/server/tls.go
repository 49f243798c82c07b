package server

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// certificateEvery is how often the files of the certificate are read again.
const certificateEvery = 10 * time.Second

// certificate is what clients are shown: two files of PEM, which are read again
// when they change, so that a renewal needs no restart. What cannot be used,
// such as a file that is only half written, changes nothing.
type certificate struct {
	certFile, keyFile string // absolute
	log               *slog.Logger
	now               func() time.Time

	refused string        // why the last could not be used, so that it is told once
	warned  bool          // that clients refuse the one that is shown
	renewed chan struct{} // has a value after a renewal

	mu   sync.RWMutex
	used pair // by mu
}

// pair is what the files hold.
type pair struct {
	certPEM, keyPEM []byte
	tls             *tls.Certificate
}

func (p pair) same(o pair) bool {
	return bytes.Equal(p.certPEM, o.certPEM) && bytes.Equal(p.keyPEM, o.keyPEM)
}

// newCertificate reads the files that cfg names; without any it returns nil.
// The error is a *SettingError.
func newCertificate(cfg Config) (*certificate, error) {
	if cfg.TLSCert == "" {
		return nil, nil
	}
	c := &certificate{log: cfg.Log, now: cfg.Now, renewed: make(chan struct{}, 1)}
	for _, file := range []struct {
		setting, path string
		absolute      *string
	}{{"--tls-cert", cfg.TLSCert, &c.certFile}, {"--tls-key", cfg.TLSKey, &c.keyFile}} {
		absolute, err := filepath.Abs(file.path) // the working directory changes later
		if err != nil {
			return nil, bad(file.setting, "%v", err)
		}
		*file.absolute = absolute
	}
	var err error
	c.used, err = c.read()
	return c, err
}

// followCertificate returns the certificate of cfg, which follows its files
// until stop; nil without one. The error is a *SettingError.
func followCertificate(ctx context.Context, cfg Config) (c *certificate, stop func(), err error) {
	c, err = newCertificate(cfg)
	if c == nil || err != nil {
		return nil, func() {}, err
	}
	ctx, stop = context.WithCancel(context.WithoutCancel(ctx))
	go c.follow(ctx, cmp.Or(cfg.certificateEvery, certificateEvery))
	return c, stop, nil
}

// read reads the files; the error is a *SettingError.
func (c *certificate) read() (p pair, err error) {
	if p.certPEM, err = os.ReadFile(c.certFile); err != nil {
		return p, bad("--tls-cert", "%v; name a file of PEM that this user can read, the server's certificate first", err)
	}
	if p.keyPEM, err = os.ReadFile(c.keyFile); err != nil {
		return p, bad("--tls-key", "%v; name a file of PEM that this user can read", err)
	}
	if err := checkCertificate(p.certPEM); err != nil {
		return p, bad("--tls-cert", "%s: %v; write the server's certificate first, then those that lead to the root, as PEM", c.certFile, err)
	}
	both, err := tls.X509KeyPair(p.certPEM, p.keyPEM)
	if err != nil {
		return p, bad("--tls-key", "%s: %s; write the key of the certificate in %s, as PEM without a password", c.keyFile, strings.TrimPrefix(err.Error(), "tls: "), c.certFile)
	}
	p.tls = &both
	return p, nil
}

func checkCertificate(certPEM []byte) error {
	for rest := certPEM; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return errors.New("it holds no certificate")
		}
		if block.Type == "CERTIFICATE" {
			_, err := x509.ParseCertificate(block.Bytes)
			return err
		}
	}
}

// follow reads the files again and again, until ctx ends.
func (c *certificate) follow(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	c.warn()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			c.look()
		}
	}
}

// look takes what the files hold, if it is new and can be used.
func (c *certificate) look() {
	found, err := c.read()
	if err != nil {
		if c.refused != err.Error() {
			c.refused = err.Error()
			c.log.Warn("the new certificate cannot be used; the one before it stays", "error", err)
		}
		return
	}
	c.refused = ""
	if found.same(c.used) {
		c.warn()
		return
	}
	c.warned = false
	c.mu.Lock()
	c.used = found
	c.mu.Unlock()
	c.log.Info("the certificate was renewed", "expires", c.notAfter())
	c.warn()
	select {
	case c.renewed <- struct{}{}:
	default: // that of the one before is still there
	}
}

// warn says so, once, if clients will refuse the certificate because of its dates.
func (c *certificate) warn() {
	if leaf := c.current().Leaf; !c.warned && (c.now().Before(leaf.NotBefore) || c.now().After(leaf.NotAfter)) {
		c.warned = true
		c.log.Warn("clients will refuse the certificate: it is not valid now; renew it", "file", c.certFile, "from", leaf.NotBefore, "to", leaf.NotAfter)
	}
}

func (c *certificate) current() *tls.Certificate {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.used.tls
}

// notAfter returns when the certificate expires that is shown now.
func (c *certificate) notAfter() time.Time { return c.current().Leaf.NotAfter }

// config returns how the API speaks TLS: 1.2 at least, HTTP/2 where the client
// has it.
func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current(), nil },
	}
}
