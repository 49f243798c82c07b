package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
)

// checksum: the store compares the bytes with the checksum that was signed.
func (p *probe) checksum(ctx context.Context) error {
	body := p.content("checksum")
	sum := sha256.Sum256(body)
	s, err := p.presign(ctx, p.own, boundFile, body, "checksumSHA256", base64.StdEncoding.EncodeToString(sum[:]))
	if err != nil {
		return err
	}
	other := bytes.Clone(body)
	other[len(other)-2] ^= 1
	lie := sha256.Sum256(other)
	return p.bound(ctx, s, body,
		attack{"of other bytes than those of the signed checksum", s, other, nil},
		attack{"of other bytes, with their checksum in place of the signed one", s, other,
			map[string]string{"x-amz-checksum-sha256": base64.StdEncoding.EncodeToString(lie[:])}})
}

// overwrite: a URL that was signed for a new file does not replace one. It is
// tried with the bytes that are there, so that it does no harm if it does.
func (p *probe) overwrite(ctx context.Context) error {
	body := p.main.body
	s, err := p.presign(ctx, p.own, mainFile, body, "overwrite", false)
	if err != nil {
		return err
	}
	a, err := p.put(ctx, s, body, nil)
	if err != nil {
		return err
	}
	if a.status != http.StatusPreconditionFailed && a.status != http.StatusConflict {
		return &Failure{"PUT with overwrite false to a key that has a file", "412 or 409", a.String()}
	}
	return p.refuses(ctx, attack{"without the If-None-Match that was signed", s, body, map[string]string{"If-None-Match": ""}})
}
