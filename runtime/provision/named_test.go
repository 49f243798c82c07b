package provision

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
)

// What a HEAD cannot say is asked again: a bucket is not there only if a store
// says so.
func TestWhatIsNamedWrongly(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		code   string // of S3's; empty is somebody else's page
		what   Named  // empty: no error
	}{
		"no bucket":       {404, "NoSuchBucket", ""},
		"no store":        {404, "", Store},
		"no bucket name":  {400, "InvalidBucketName", Bucket},
		"unknown key":     {403, "InvalidAccessKeyId", AccessKey},
		"another secret":  {403, "SignatureDoesNotMatch", SecretKey},
		"another region":  {400, "AuthorizationHeaderMalformed", Region},
		"somebody else's": {403, "AccessDenied", "an error of no name"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(tc.status)
				if tc.code != "" {
					fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", tc.code)
					return
				}
				fmt.Fprint(w, `{"error":"not found"}`)
			}))
			defer server.Close()
			client := Connect(Endpoint{URL: server.URL, Region: "us-east-1", PathStyle: true, Credentials: credentials.NewStaticCredentialsProvider("key", "secret", "")})
			there, err := bucketExists(t.Context(), Target{Client: client, Bucket: "files"})
			var wrong *NamedWrongly
			switch {
			case there:
				t.Error("the bucket is there")
			case tc.what == "" && err != nil:
				t.Error(err)
			case tc.what == "an error of no name" && (err == nil || errors.As(err, &wrong)):
				t.Errorf("error %v", err)
			case tc.what != "" && tc.what != "an error of no name" && (!errors.As(err, &wrong) || wrong.What != tc.what):
				t.Errorf("error %v, want one about the %s", err, tc.what)
			}
		})
	}
}

// A store that has no such region says so when the bucket is made.
func TestRegionOfANewBucket(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, "<Error><Code>InvalidLocationConstraint</Code><Message>no</Message></Error>")
	}))
	defer server.Close()
	client := Connect(Endpoint{URL: server.URL, Region: "eu-west-1", PathStyle: true, Credentials: credentials.NewStaticCredentialsProvider("key", "secret", "")})
	var wrong *NamedWrongly
	if err := createBucket(t.Context(), Target{Client: client, Bucket: "files", Region: "eu-west-1"}); !errors.As(err, &wrong) || wrong.What != Region {
		t.Errorf("error %v, want one about the region", err)
	}
}

// A store that takes a request and never answers is given up.
func TestAStoreThatNeverAnswers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client := Connect(Endpoint{
		URL: "http://" + l.Addr().String(), Region: "us-east-1", PathStyle: true, Timeout: 20 * time.Millisecond,
		Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
	})
	if there, err := bucketExists(t.Context(), Target{Client: client, Bucket: "files"}); there || err == nil {
		t.Errorf("it is there: %v, %v", there, err)
	}
}
