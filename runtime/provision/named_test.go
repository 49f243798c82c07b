package provision

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

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
