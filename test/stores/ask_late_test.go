package stores

import (
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// latePart sends a part again, completes its upload while the last byte is still
// to come, and asks for the upload when that has come, too.
func latePart(a *asker) string {
	u := a.begin("parts/late")
	in := a.parts(u, partSize)
	signed, err := a.signer.PresignUploadPart(a.Context(), &s3.UploadPartInput{
		Bucket: a.bucket, Key: u.Key, UploadId: u.UploadId, PartNumber: aws.Int32(1), ContentLength: aws.Int64(partSize),
	})
	if err != nil {
		a.Fatal(err)
	}
	body := &held{most: strings.NewReader(strings.Repeat("a", partSize-1)), nearly: make(chan struct{}), last: make(chan struct{})}
	req, err := http.NewRequestWithContext(a.Context(), http.MethodPut, signed.URL, body)
	if err != nil {
		a.Fatal(err)
	}
	req.ContentLength = partSize
	sent := make(chan error, 1)
	go func() {
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			res.Body.Close()
		}
		sent <- err
	}()
	select {
	case <-body.nearly:
	case err := <-sent:
		a.Fatalf("the part ended before its last byte: %v", err)
	}
	completed := a.complete(in)
	close(body.last)
	<-sent // whatever the store says to it
	if completed != nil {
		return done(completed)
	}
	_, err = a.client.ListParts(a.Context(), &s3.ListPartsInput{Bucket: a.bucket, Key: u.Key, UploadId: u.UploadId})
	if err == nil {
		return "no: it is there again"
	}
	return refusedWith(err, "404 NoSuchUpload")
}

// held is a body whose last byte comes when last is closed.
type held struct {
	most         io.Reader
	nearly, last chan struct{} // nearly is closed when the rest was read
	over         bool
}

// Read returns the bytes that may leave by now.
func (h *held) Read(p []byte) (int, error) {
	n, err := h.most.Read(p)
	switch {
	case err == nil || len(p) == 0:
		return n, err
	case h.over:
		return 0, io.EOF
	}
	h.over = true
	close(h.nearly)
	<-h.last
	p[0] = 'a'
	return 1, nil
}
