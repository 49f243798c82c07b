package embedded

import (
	"context"
	"strings"

	"github.com/valyala/fasthttp"
)

// metaPrefix begins the names of user metadata, in headers and in queries.
const metaPrefix = "x-amz-meta-"

// withQueryMetadata returns the metadata of an object with what the query of
// the request names beside it, as S3 takes it from presigned URLs: versitygw
// looks at headers only. The query is covered by the request's signature, so
// nobody but the signer has put it there. Where both name something the
// header's is taken, which has to be signed as well.
func withQueryMetadata(ctx context.Context, metadata map[string]string) map[string]string {
	request, ok := ctx.(*fasthttp.RequestCtx)
	if !ok {
		return metadata // not from the gateway's front
	}
	for name, value := range request.QueryArgs().All() {
		name, found := strings.CutPrefix(strings.ToLower(string(name)), metaPrefix)
		if _, named := metadata[name]; !found || named {
			continue
		}
		if metadata == nil {
			metadata = map[string]string{}
		}
		metadata[name] = string(value)
	}
	return metadata
}
