package embedded

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/versity/versitygw/s3api/middlewares"
)

// How much of a refused body is read to its end, and for how long.
const (
	maxRefused     = 128 << 20
	refusedTimeout = 30 * time.Second
)

// readableRefusals lets the pages that the bucket's CORS rules name read why a
// request of theirs was refused, as S3 does; otherwise they could not tell a URL
// that has expired from a broken line. The gateway applies the rules only to
// what it has authenticated, and it answers before the end of a body: then the
// connection breaks under the browser, which never looks at the answer.
func readableRefusals(b *backend) fiber.Handler {
	apply := middlewares.ApplyBucketCORS(b, bucketOf, "")
	return func(ctx fiber.Ctx) error {
		err := ctx.Next()
		answer := ctx.Response()
		refused := err != nil || answer.StatusCode() >= fiber.StatusBadRequest
		// A refused preflight stays refused.
		if !refused || ctx.Get(fiber.HeaderOrigin) == "" || ctx.Method() == fiber.MethodOptions {
			return err
		}
		if len(answer.Header.Peek(fiber.HeaderAccessControlAllowOrigin)) == 0 {
			if failed := apply(ctx); failed != nil && err == nil {
				err = failed
			}
		}
		// S3 says it without a full stop, and clients look for that.
		answer.SetBody(bytes.Replace(answer.Body(), []byte("<Message>Request has expired.<"), []byte("<Message>Request has expired<"), 1))
		drain(ctx)
		return err
	}
}

// drain reads what is left of a request's body. A client that goes away
// meanwhile would not have read the answer either.
func drain(ctx fiber.Ctx) {
	body, conn := ctx.Request().BodyStream(), ctx.RequestCtx().Conn()
	if body == nil || conn == nil || ctx.Request().Header.ContentLength() <= 0 {
		return
	}
	if conn.SetReadDeadline(time.Now().Add(refusedTimeout)) == nil {
		_, _ = io.CopyN(io.Discard, body, maxRefused)
		_ = conn.SetReadDeadline(time.Time{})
	}
}

// bucketOf returns the bucket that the path of a request names.
func bucketOf(ctx fiber.Ctx) (string, error) {
	bucket, _, _ := strings.Cut(strings.TrimPrefix(ctx.Path(), "/"), "/")
	return strings.Clone(bucket), nil // a path is a view of a buffer that is used again
}
