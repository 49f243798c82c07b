package sign_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go/encoding/httpbinding"

	"github.com/bytepass/bytepass/runtime/sign"
)

// endpoint is one way to reach the bucket: what it is configured with, and
// what comes before the escaped key.
type endpoint struct {
	cfg        sign.Config
	host, root string
}

var endpoints = []endpoint{
	{sign.Config{Region: "eu-central-1", Bucket: "files"}, "https://files.s3.eu-central-1.amazonaws.com", "/"},
	{sign.Config{Region: "cn-north-1", Bucket: "files"}, "https://files.s3.cn-north-1.amazonaws.com.cn", "/"},
	{sign.Config{Region: "us-east-1", Bucket: "files", PathStyle: true}, "https://s3.us-east-1.amazonaws.com", "/files/"},
	{sign.Config{Region: "us-east-1", Bucket: "dotted.files"}, "https://s3.us-east-1.amazonaws.com", "/dotted.files/"},
	{sign.Config{Region: "us-east-1", Bucket: "files", PathStyle: true, Endpoint: "http://127.0.0.1:9000"}, "http://127.0.0.1:9000", "/files/"},
	{sign.Config{Region: "garage", Bucket: "Files_1", PathStyle: true, Endpoint: "http://[::1]:9000/"}, "http://[::1]:9000", "/Files_1/"},
	{sign.Config{Region: "us-east-1", Bucket: "files", Endpoint: "https://S3.Example.com:443"}, "https://files.s3.example.com", "/"},
	{sign.Config{Region: "us-east-1", Bucket: "files", Endpoint: "http://s3.example.com:80"}, "http://files.s3.example.com", "/"},
	{sign.Config{Region: "us-east-1", Bucket: "files", Endpoint: "https://s3.example.com:80"}, "https://files.s3.example.com:80", "/"},
}

// sdkURL signs r with the SDK's signer, set up as its S3 client sets it up.
func sdkURL(t testing.TB, e endpoint, creds sign.Credentials, now time.Time, r sign.Request) string {
	t.Helper()
	query := url.Values{"X-Amz-Expires": {strconv.Itoa(int(r.Life / time.Second))}}
	for _, p := range r.Query {
		query.Add(p.Name, p.Value)
	}
	u, err := url.Parse(e.host)
	if err != nil {
		t.Fatal(err)
	}
	u.Path, u.RawPath, u.RawQuery = e.root+r.Key, e.root+httpbinding.EscapePath(r.Key, false), query.Encode()
	request := &http.Request{Method: r.Method, URL: u, Header: http.Header{}}
	for _, h := range r.Header {
		if strings.EqualFold(h.Name, "content-length") {
			if request.ContentLength, err = strconv.ParseInt(h.Value, 10, 64); err != nil {
				t.Fatal(err)
			}
			continue
		}
		request.Header.Set(h.Name, h.Value)
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping, o.DisableHeaderHoisting = true, true })
	signed, _, err := signer.PresignHTTP(t.Context(), aws.Credentials{
		AccessKeyID: creds.AccessKeyID, SecretAccessKey: creds.SecretAccessKey, SessionToken: creds.SessionToken,
	}, request, "UNSIGNED-PAYLOAD", "s3", e.cfg.Region, now)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// TestSameAsSDK compares whole URLs, signature included, over random requests.
func TestSameAsSDK(t *testing.T) {
	r := random{rand.New(rand.NewPCG(4, 2))}
	for i := range 5000 {
		e := endpoints[r.IntN(len(endpoints))]
		creds, now, request := r.credentials(), r.time(), r.request()
		cfg := e.cfg
		cfg.Credentials, cfg.Now = sign.Static(creds), at(now)
		got, _, err := newSigner(t, cfg).Presign(t.Context(), request)
		if err != nil {
			t.Fatalf("request %d: %+v: %v", i, request, err)
		}
		if want := sdkURL(t, e, creds, now, request); got != want {
			t.Fatalf("request %d: %+v\n got %s\nwant %s", i, request, got, want)
		}
	}
}

// FuzzSameAsSDK does the same with what the fuzzer thinks of, and lets the
// signer refuse.
func FuzzSameAsSDK(f *testing.F) {
	f.Add("u/alice/a b.txt", "versionId", "v/1+2", "x-amz-meta-bytepass", `{"n":"a  b"}`, "token+/=", int64(1_790_000_000))
	f.Add("", "X-Amz-Date", "", "host", "", "", int64(0))
	f.Add("", "X-Am+", "", "a", "", "", int64(0))
	f.Add("ä/../%2F?#\x00\xff", "a", "\n", "content-type", " text/plain ", "", int64(86_399))
	f.Fuzz(func(t *testing.T, key, name, value, header, content, token string, unix int64) {
		creds, now := exampleKeys, time.Unix(unix&(1<<32-1), 0)
		creds.SessionToken = token
		r := sign.Request{Method: "PUT", Key: key, Life: time.Minute, Query: []sign.Param{{Name: name, Value: value}}, Header: []sign.Param{{Name: header, Value: content}}}
		e := endpoints[4]
		cfg := e.cfg
		cfg.Credentials, cfg.Now = sign.Static(creds), at(now)
		got, _, err := newSigner(t, cfg).Presign(t.Context(), r)
		if err != nil {
			return
		}
		u, err := url.Parse(got)
		if err != nil || u.Path != e.root+key || u.Query().Get(name) != value || u.Query().Get("X-Amz-Security-Token") != token {
			t.Fatalf("%+v: signed %s, which says something else (%v)", r, got, err)
		}
		switch strings.ToLower(header) {
		case "content-length", "authorization", "user-agent", "x-amzn-trace-id", "expect", "transfer-encoding":
			return // the SDK reads these from elsewhere, or leaves them out
		}
		if want := sdkURL(t, e, creds, now, r); got != want {
			t.Fatalf("%+v\n got %s\nwant %s", r, got, want)
		}
	})
}

// random makes requests that are valid, and as awkward as that allows.
type random struct{ *rand.Rand }

const (
	awkward   = "abcXYZ019-._~/ +%?#&=@:,;!$'()*[]\\\"<>^`{|}äé\u0301\u202e\u05d0💾\t\n\x00"
	printable = "abc XYZ  019-._~/+%?#&=@:,;!$'()*[]\\\"<>^`{|}"
	token     = "abcdefghijklmnopqrstuvwxyz-0123456789"
)

func (r random) from(alphabet string, least, most int) string {
	letters := []rune(alphabet)
	var b strings.Builder
	for range least + r.IntN(most-least+1) {
		b.WriteRune(letters[r.IntN(len(letters))])
	}
	return b.String()
}

func (r random) time() time.Time {
	zone := time.FixedZone("", r.IntN(24*3600)-12*3600)
	return time.Unix(r.Int64N(4e9), r.Int64N(1e9)).In(zone)
}

func (r random) credentials() sign.Credentials {
	c := sign.Credentials{AccessKeyID: r.from(token, 1, 20), SecretAccessKey: r.from(printable, 1, 80)}
	if r.IntN(2) == 0 {
		c.SessionToken = r.from("abcXYZ019+/=", 1, 1500)
	}
	return c
}

func (r random) request() sign.Request {
	request := sign.Request{
		Method: []string{"GET", "PUT", "POST", "HEAD", "DELETE"}[r.IntN(5)],
		Key:    r.from(awkward, 0, 60),
		Life:   time.Duration(1+r.IntN(604_800)) * time.Second,
	}
	for range r.IntN(5) {
		p := sign.Param{Name: r.from(awkward, 1, 8), Value: r.from(awkward, 0, 30)}
		if r.IntN(3) == 0 {
			p.Name = []string{"versionId", "partNumber", "uploads", "response-content-disposition", "x-amz-meta-bytepass", "X-Amz", "X-Amz0", "X-B"}[r.IntN(8)]
		}
		request.Query = append(request.Query, p)
	}
	if r.IntN(2) == 0 {
		request.Header = append(request.Header, sign.Param{Name: "Content-Length", Value: fmt.Sprint(1 + r.Int64N(5<<30))})
	}
	for i, name := range []string{"content-type", "Content-MD5", "if-none-match", "Range", "x-amz-checksum-sha256", "X-Amz-Meta-Bytepass", "x-amz-acl", "x-amz-" + r.from(token, 1, 9)} {
		if r.IntN(3) == 0 || i == 0 {
			request.Header = append(request.Header, sign.Param{Name: name, Value: r.from(printable, 0, 40)})
		}
	}
	r.Shuffle(len(request.Header), func(i, j int) {
		request.Header[i], request.Header[j] = request.Header[j], request.Header[i]
	})
	return request
}
