package stores

import (
	"bytes"
	"maps"
	"mime/multipart"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func forms() chapter {
	const rejects = "ingest rejects the file after it has arrived"
	return chapter{"Uploads by a signed form", []check{
		{"stores what the form is for", "Uppy from version 6 on cannot upload single files", func(a *asker) string { return accepted(a.post("form/ok", "hello", nil)) }},
		{"refuses a longer file", rejects, func(a *asker) string { return refused(a.post("form/long", "hello, world", nil)) }},
		{"refuses a shorter file", rejects, func(a *asker) string { return refused(a.post("form/short", "", nil)) }},
		{"refuses another key", "nothing stands in for this: such a store cannot be used", func(a *asker) string {
			return refused(a.post("form/key", "hello", map[string]string{"key": "form/other"}))
		}},
		{"refuses another content type", rejects, func(a *asker) string {
			return refused(a.post("form/type", "hello", map[string]string{"Content-Type": "text/html"}))
		}},
		{"refuses a field that was not signed", "a client can add a declaration of its own where none is signed", func(a *asker) string {
			return refused(a.post("form/field", "hello", map[string]string{"x-amz-meta-evil": "1"}))
		}},
	}}
}

func accepted(r reply) string { return when(r.ok(), r.String()) }

// post sends a form whose policy binds key, type and 1 to 10 bytes, with other
// fields changed or added.
func (a *asker) post(key, body string, other map[string]string) reply {
	a.Helper()
	signed, err := a.signer.PresignPostObject(a.Context(), &s3.PutObjectInput{Bucket: a.bucket, Key: aws.String(key)}, func(o *s3.PresignPostOptions) {
		o.Conditions = []any{[]any{"content-length-range", 1, 10}, map[string]string{"Content-Type": "text/plain"}}
	})
	if err != nil {
		a.Fatal(err)
	}
	fields := maps.Clone(signed.Values)
	fields["key"], fields["Content-Type"] = key, "text/plain"
	maps.Copy(fields, other)
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			a.Fatal(err)
		}
	}
	file, err := w.CreateFormFile("file", "file")
	if err == nil {
		_, err = file.Write([]byte(body))
	}
	if err != nil {
		a.Fatal(err)
	}
	if err := w.Close(); err != nil {
		a.Fatal(err)
	}
	return a.send(http.MethodPost, signed.URL, http.Header{"Content-Type": {w.FormDataContentType()}}, form.String())
}
