package onprem

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Kind is a store as its maker calls it.
type Kind string

// The stores whose ways are known.
const (
	MinIO     Kind = "minio"
	Ceph      Kind = "ceph"
	SeaweedFS Kind = "seaweedfs"
	VersityGW Kind = "versitygw"
	Other     Kind = "other" // any other; it is asked what it does, and told nothing of its own
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{MinIO, Ceph, SeaweedFS, VersityGW, Other} }

// Parse returns the kind of this name.
func Parse(name string) (Kind, error) {
	if k := Kind(name); slices.Contains(Kinds(), k) {
		return k, nil
	}
	return "", fmt.Errorf("%q is none of %v", name, Kinds())
}

// Recognise asks an endpoint, without credentials, and returns the kind of
// store by the headers of its answer. A store that a proxy has changed beyond
// recognition is Other. The error is ErrPage, or an endpoint that does not answer.
func Recognise(ctx context.Context, client *http.Client, endpoint string) (Kind, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(endpoint, "/")+"/", nil)
	if err != nil {
		return "", err
	}
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if kind := kindOf(res.Header); kind != Other || res.StatusCode/100 != 2 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		return kind, nil
	}
	return "", ErrPage
}

// ErrPage is an endpoint that shows a page to browsers, as the consoles of stores
// do; a store speaks XML.
var ErrPage = errors.New("a page for browsers answers there and no S3 store")

func kindOf(h http.Header) Kind {
	server := strings.ToLower(h.Get("Server"))
	switch {
	case strings.HasPrefix(server, "minio"):
		return MinIO
	case strings.HasPrefix(server, "seaweedfs"):
		return SeaweedFS
	case strings.HasPrefix(server, "versitygw"):
		return VersityGW
	case strings.HasPrefix(server, "ceph"), isCephRequest(h.Get("X-Amz-Request-Id")):
		return Ceph
	}
	return Other
}

// isCephRequest knows Ceph by its request ids, "tx", a number, and the cluster's
// zone: older versions name no server.
func isCephRequest(id string) bool {
	parts := strings.Split(id, "-")
	return len(parts) >= 4 && strings.HasPrefix(parts[0], "tx0000")
}
