package client

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
)

// ErrUntrusted is wrapped by the error about a server that does not prove who it
// is. No other try mends that.
var ErrUntrusted = errors.New("is not to be trusted")

// Untrusted returns what is wrong with the TLS of a server, with the remedy; who
// is its name for people. It is nil if err is about anything else.
func Untrusted(who string, err error) error {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &certificate):
		return fmt.Errorf("%s %w: %w; if an authority of yours has signed its certificate, name that one's file with SSL_CERT_FILE", who, ErrUntrusted, certificate.Err)
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record):
		return fmt.Errorf("%s %w: it speaks no TLS; is https right?", who, ErrUntrusted)
	}
	return nil
}
