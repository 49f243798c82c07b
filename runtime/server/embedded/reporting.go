package embedded

import (
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/gofiber/fiber/v3"
	"github.com/versity/versitygw/s3api/utils"
	"github.com/versity/versitygw/s3err"
)

// reporting is a backend that writes what fails to the log. The gateway writes
// an error that is none of S3's to the standard error, in colour and past every
// setting of the log, before it answers with an internal error; so such an error
// never gets that far. An error names files, and with them keys of objects, but
// no URL and no secret.
type reporting struct {
	*backend
	log *slog.Logger
}

// report returns an error as the client may see it.
func (r *reporting) report(operation string, err error) error {
	if err == nil {
		return nil
	}
	if _, known := err.(s3err.S3Error); known { //nolint:errorlint // the gateway looks at it as it is
		return err
	}
	r.log.Error("the embedded store failed", "operation", operation, "error", err)
	return s3err.GetAPIError(s3err.ErrInternalError)
}

// panics writes to the log what a request panics with, which the gateway writes
// without saying where it was.
func (r *reporting) panics(ctx fiber.Ctx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("a request to the embedded store panicked", "panic", p, "stack", string(debug.Stack()))
			ctx.Response().Header.SetContentType(fiber.MIMEApplicationXML)
			err = ctx.Status(http.StatusInternalServerError).Send(s3err.GetAPIError(s3err.ErrInternalError).XMLBody(utils.EnsureRequestIDs(ctx)))
		}
	}()
	return ctx.Next()
}
