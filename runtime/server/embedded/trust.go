package embedded

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"net/http"
	"os"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// idleConnections is how many connections are kept open between requests.
const idleConnections = 64

// Transport returns a transport to a store that shows the first certificate in
// a file: it trusts that one and no other, by whatever name or address it finds
// the store. A server's certificate rarely names the address that it listens on.
// The file is read at each connection, so a renewal is followed. Without a file
// it trusts whom everybody trusts.
func Transport(certFile string) *http.Transport {
	t := awshttp.NewBuildableClient().GetTransport()
	t.MaxIdleConnsPerHost = idleConnections
	if certFile != "" {
		t.TLSClientConfig = exactly(certFile)
	}
	return t
}

// Over is an option for a client that sends its requests over a transport.
func Over(t *http.Transport) func(*s3.Options) {
	return func(o *s3.Options) {
		o.HTTPClient = &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // a signature is good for one place
		}}
	}
}

func exactly(certFile string) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, // VerifyConnection is stricter
		VerifyConnection: func(s tls.ConnectionState) error {
			text, err := os.ReadFile(certFile)
			if err != nil {
				return err
			}
			block, _ := pem.Decode(text)
			if block == nil || len(s.PeerCertificates) == 0 || !bytes.Equal(block.Bytes, s.PeerCertificates[0].Raw) {
				return errors.New("the store shows another certificate than that in " + certFile)
			}
			return nil
		},
	}
}
