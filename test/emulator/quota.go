package emulator

import (
	"net/http"
	"strings"
)

// headerQuota is how many bytes of request line and header values an HTTP API
// takes in all
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html).
const headerQuota = 10_240

// overQuota reports whether API Gateway would refuse a request for its size.
//
// The proxy refuses it in the emulator's place: the emulator takes 16 KB, and
// of more it answers and hangs up while the proxy still writes, which loses the
// answer now and then.
func overQuota(r *http.Request) bool {
	if !strings.Contains(r.Host, ".execute-api.") {
		return false // of another service
	}
	size := len(r.Method) + len(" ") + len(r.RequestURI) + len(" ") + len(r.Proto) + len(r.Host)
	for _, values := range r.Header {
		for _, value := range values {
			size += len(value)
		}
	}
	return size > headerQuota
}
