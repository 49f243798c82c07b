package provision

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// keeper is the least S3 server that provisioning can be tried on: it keeps
// each setting's document as it came and gives it back, so the real client's
// encoding and decoding are part of every test.
type keeper struct {
	mu       sync.Mutex
	bucket   bool
	kept     map[string]string // by subresource, such as "cors"
	puts     []string          // what was written, in order
	status   map[string]int    // subresources that answer with an error
	forgets  map[string]bool   // subresources that are taken and not kept
	loses    map[string]string // a write of a subresource takes away another
	lossy    int               // so many times
	unknown  int               // so many writes of settings find no bucket
	hangsUp  int               // so many writes of settings are answered by a status, and no more
	failPuts int               // from the so many-th write on, counting from 1, everything is 503; 0: never
}

func (k *keeper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	var sub string
	for name := range r.URL.Query() {
		if name != "x-id" {
			sub = name
		}
	}
	if sub == "" {
		k.serveBucket(w, r)
		return
	}
	if status := k.status[sub]; status != 0 {
		fail(w, status, map[int]string{501: "NotImplemented", 400: "MalformedPolicy", 403: "AccessDenied"}[status])
		return
	}
	if r.Method == http.MethodPut && k.unknown > 0 {
		k.unknown--
		fail(w, http.StatusNotFound, "NoSuchBucket")
		return
	}
	if r.Method == http.MethodPut && k.hangsUp > 0 {
		k.hangsUp--
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(http.StatusBadRequest)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	if r.Method == http.MethodPut {
		if k.accepts(w, sub) && !k.forgets[sub] {
			k.kept[sub] = string(body)
		}
		if lost := k.loses[sub]; k.lossy > 0 && k.kept[lost] != "" {
			k.lossy--
			delete(k.kept, lost)
		}
		return
	}
	if k.kept[sub] == "" {
		fail(w, http.StatusNotFound, "NoSuchConfiguration")
		return
	}
	io.WriteString(w, k.kept[sub])
}

// accepts counts a write and refuses it when it is its turn to fail.
func (k *keeper) accepts(w http.ResponseWriter, what string) bool {
	k.puts = append(k.puts, what)
	if k.failPuts > 0 && len(k.puts) >= k.failPuts {
		fail(w, http.StatusServiceUnavailable, "SlowDown")
		return false
	}
	return true
}

func (k *keeper) serveBucket(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPut {
		k.bucket = k.accepts(w, "bucket")
	} else if !k.bucket {
		w.WriteHeader(http.StatusNotFound)
	}
}

func fail(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>said so</Message></Error>", code)
}

// target starts the store and returns a client's view of it.
func (k *keeper) target(t *testing.T) Target {
	t.Helper()
	k.kept = map[string]string{}
	server := httptest.NewServer(k)
	t.Cleanup(server.Close)
	client := s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), UsePathStyle: true, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
	})
	return Target{Client: client, Bucket: "files", PlainHTTP: true}
}
