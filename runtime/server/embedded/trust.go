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

// Trust is an option for a client of a store that shows the first certificate
// in a file: the client trusts that one and no other, by whatever name or
// address it finds the store. A server's certificate rarely names the address
// that it listens on. The file is read at each connection, so a renewal is
// followed. Without a file the option changes nothing.
func Trust(certFile string) func(*s3.Options) {
	return func(o *s3.Options) {
		if certFile != "" {
			o.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
				t.TLSClientConfig = exactly(certFile)
			})
		}
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
