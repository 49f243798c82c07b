package stores

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func uploads() chapter {
	return chapter{"Uploads by a signed URL", []check{
		{"stores what the URL is for, once", "nothing stands in for this: such a store cannot be used", asExpected},
		{"refuses another content type", "ingest rejects the file after it has arrived", changed(func(_ *string, h http.Header, _ *string) { h.Set("Content-Type", "text/html") })},
		{"refuses a longer body", "ingest rejects the file after it has arrived", changed(func(_ *string, _ http.Header, body *string) { *body = "hello, world" })},
		{"refuses a shorter body", "ingest rejects the file after it has arrived", changed(func(_ *string, _ http.Header, body *string) { *body = "hel" })},
		{"refuses a header that is left out", "`overwrite: false` and the declaration of an upload do not hold", changed(func(_ *string, h http.Header, _ *string) { h.Del("If-None-Match") })},
		{"refuses metadata that was not signed", "a client can add a declaration of its own where none is signed; ingest takes it as the file's", changed(func(_ *string, h http.Header, _ *string) { h.Set("X-Amz-Meta-Evil", "1") })},
		{"refuses another key", "nothing stands in for this: such a store cannot be used", changed(func(u *string, _ http.Header, _ *string) { *u = strings.Replace(*u, "bound", "other", 1) })},
		{"refuses a URL that has expired", "nothing stands in for this: such a store cannot be used", expired},
		{"refuses a second file where the first must stay", "`overwrite: false` does not hold: the older version stays in the history", secondRefused},
		{"refuses other bytes than the signed SHA-256 is of", "`checksumSHA256` does not protect a single upload; the command compares checksums itself", otherBytes},
		{"gives back the signed SHA-256", "the catalog's checksum stays empty", givesChecksum},
		{"keeps metadata that is in the URL's query", "`POST /api/upload-url` without `size` has no limit of its own", queryMetadata},
		{"stores nothing of a body that breaks off", "a client that dies leaves the beginning of its file, listed as the file, where no length was declared. The embedded store of `serve` does not have this fault", cutOff},
	}}
}

func asExpected(a *asker) string {
	signed, header := a.sign(a.upload("upload/expected"))
	if r := a.send(http.MethodPut, signed, header, "hello"); !r.ok() {
		return "no: " + r.String()
	}
	head := a.head("upload/expected")
	right := head != nil && aws.ToString(head.ContentType) == "text/plain" && aws.ToInt64(head.ContentLength) == 5 && head.Metadata["bytepass"] == "declared"
	return when(right, "type, length or metadata are others")
}

// changed is the answer to an upload that is not the one that was signed.
func changed(change func(u *string, h http.Header, body *string)) func(*asker) string {
	return func(a *asker) string {
		a.bound++
		signed, header := a.sign(a.upload(fmt.Sprintf("upload/bound-%d", a.bound)))
		header, body := header.Clone(), "hello"
		change(&signed, header, &body)
		return refused(a.send(http.MethodPut, signed, header, body))
	}
}

func expired(a *asker) string {
	signed, header := a.sign(a.upload("upload/expired"), s3.WithPresignExpires(time.Second))
	time.Sleep(2500 * time.Millisecond)
	return refused(a.send(http.MethodPut, signed, header, "hello"))
}

func secondRefused(a *asker) string {
	for range 2 {
		signed, header := a.sign(a.upload("upload/second"))
		r := a.send(http.MethodPut, signed, header, "hello")
		if r.status == http.StatusPreconditionFailed {
			return yes
		}
		if !r.ok() {
			return "no: " + r.String()
		}
	}
	return "no: it is accepted"
}

// sumOfHello is the SHA-256 of "hello".
const sumOfHello = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="

func otherBytes(a *asker) string {
	in := a.upload("upload/sum-wrong")
	in.ChecksumSHA256 = aws.String(sumOfHello)
	signed, header := a.sign(in)
	return refused(a.send(http.MethodPut, signed, header, "hellO"))
}

func givesChecksum(a *asker) string {
	in := a.upload("upload/sum")
	in.ChecksumSHA256 = aws.String(sumOfHello)
	signed, header := a.sign(in)
	if r := a.send(http.MethodPut, signed, header, "hello"); !r.ok() {
		return "no: " + r.String()
	}
	head, err := a.client.HeadObject(a.Context(), &s3.HeadObjectInput{Bucket: a.bucket, Key: in.Key, ChecksumMode: "ENABLED"})
	if err != nil {
		return done(err)
	}
	return when(aws.ToString(head.ChecksumSHA256) == sumOfHello, "it is not kept")
}

func queryMetadata(a *asker) string {
	const key = "upload/query"
	query := url.Values{"X-Amz-Expires": {"60"}, "x-amz-meta-bytepass": {"declared"}}
	req, err := http.NewRequestWithContext(a.Context(), http.MethodPut, a.store.Endpoint+"/"+*a.bucket+"/"+key+"?"+query.Encode(), nil)
	if err != nil {
		a.Fatal(err)
	}
	keys := aws.Credentials{AccessKeyID: a.store.AccessKey, SecretAccessKey: a.store.SecretKey}
	signed, header, err := v4.NewSigner().PresignHTTP(a.Context(), keys, req, "UNSIGNED-PAYLOAD", "s3", a.store.Region, time.Now())
	if err != nil {
		a.Fatal(err)
	}
	if r := a.send(http.MethodPut, signed, header, "hello"); !r.ok() {
		return "no: " + r.String()
	}
	head := a.head(key)
	return when(head != nil && head.Metadata["bytepass"] == "declared", "it is ignored")
}

// cutOff announces a body, sends the beginning, and hangs up.
func cutOff(a *asker) string {
	const key, length = "upload/cut", 5 << 20
	in := a.upload(key)
	in.ContentLength = aws.Int64(length)
	signed, header := a.sign(in)
	u, err := url.Parse(signed)
	if err != nil {
		a.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		a.Fatal(err)
	}
	defer conn.Close()
	var head strings.Builder
	fmt.Fprintf(&head, "PUT %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", u.RequestURI(), u.Host, length)
	for name, values := range header {
		if name != "Host" && name != "Content-Length" {
			fmt.Fprintf(&head, "%s: %s\r\n", name, values[0])
		}
	}
	if _, err := fmt.Fprintf(conn, "%s\r\n%s", head.String(), make([]byte, length/2)); err != nil {
		a.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		a.Fatal(err)
	}
	// The store hangs up when it has seen the end.
	if err := conn.SetReadDeadline(time.Now().Add(holds)); err != nil {
		a.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, conn) // whatever it says
	kept := within(2*time.Second, func() bool { return a.head(key) != nil })
	return when(!kept, "the beginning is stored as the file")
}
