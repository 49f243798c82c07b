package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bytepass/bytepass/runtime/files"
)

type signing struct{ put, form, part, get prometheus.Counter }

func newSigning(r prometheus.Registerer) signing {
	signed := counters(r, "bytepass_signed_urls_total",
		"URLs that were signed: put, form (a POST policy), part of an upload, get.", "kind")
	return signing{
		put: signed.WithLabelValues("put"), form: signed.WithLabelValues("form"),
		part: signed.WithLabelValues("part"), get: signed.WithLabelValues("get"),
	}
}

// Signer signs everything that clients send to the store or read from it.
type Signer interface {
	PresignPut(ctx context.Context, u files.Upload, life time.Duration) (files.Presigned, error)
	PresignForm(ctx context.Context, u files.Upload, life time.Duration) (files.PresignedForm, error)
	PresignPart(ctx context.Context, p files.PartUpload, life time.Duration) (files.Presigned, error)
	PresignGet(ctx context.Context, d files.Download, life time.Duration) (files.Presigned, error)
	ObjectURL(objectKey string) string
}

// Signer returns a signer whose URLs are those of next, counted by kind.
func (m *Metrics) Signer(next Signer) Signer { return countedSigner{next, m.signing} }

type countedSigner struct {
	Signer
	count signing
}

func (s countedSigner) PresignPut(ctx context.Context, u files.Upload, life time.Duration) (files.Presigned, error) {
	return counted(s.count.put)(s.Signer.PresignPut(ctx, u, life))
}

func (s countedSigner) PresignPart(ctx context.Context, p files.PartUpload, life time.Duration) (files.Presigned, error) {
	return counted(s.count.part)(s.Signer.PresignPart(ctx, p, life))
}

func (s countedSigner) PresignGet(ctx context.Context, d files.Download, life time.Duration) (files.Presigned, error) {
	return counted(s.count.get)(s.Signer.PresignGet(ctx, d, life))
}

func (s countedSigner) PresignForm(ctx context.Context, u files.Upload, life time.Duration) (files.PresignedForm, error) {
	form, err := s.Signer.PresignForm(ctx, u, life)
	if err == nil {
		s.count.form.Inc()
	}
	return form, err
}

// counted returns a function that hands on what was signed, and counts it if
// it was.
func counted(c prometheus.Counter) func(files.Presigned, error) (files.Presigned, error) {
	return func(p files.Presigned, err error) (files.Presigned, error) {
		if err == nil {
			c.Inc()
		}
		return p, err
	}
}
