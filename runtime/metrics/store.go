package metrics

import (
	"context"
	"errors"
	"net/http"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/prometheus/client_golang/prometheus"
)

type store struct {
	calls    *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newStore(r prometheus.Registerer) store {
	return store{
		calls: counters(r, "bytepass_store_calls_total",
			"Calls to the object store, retries included in one, by outcome: ok, missing (404), conflict (409, 412), refused (other 4xx), failed (5xx), unreachable, canceled.", "operation", "outcome"),
		duration: histograms(r, "bytepass_store_call_duration_seconds",
			"Time of calls to the object store, until the header of the last answer, by operation.",
			[]float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}, "operation"),
	}
}

// S3 is an option for a client whose calls are counted.
func (m *Metrics) S3(o *s3.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("BytepassMetrics", m.call), middleware.After)
	})
}

func (m *Metrics) call(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	start := m.now()
	out, metadata, err := next.HandleInitialize(ctx, in)
	operation := awsmiddleware.GetOperationName(ctx)
	m.store.calls.WithLabelValues(operation, callOutcome(err)).Inc()
	m.store.duration.WithLabelValues(operation).Observe(m.now().Sub(start).Seconds())
	return out, metadata, err
}

func callOutcome(err error) string {
	var answer *smithyhttp.ResponseError
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, context.Canceled):
		return "canceled"
	case !errors.As(err, &answer) || answer.HTTPStatusCode() == 0: // the SDK makes an answer up
		return "unreachable"
	}
	switch status := answer.HTTPStatusCode(); {
	case status == http.StatusNotFound:
		return "missing"
	case status == http.StatusConflict, status == http.StatusPreconditionFailed:
		return "conflict"
	case status < http.StatusInternalServerError:
		return "refused"
	}
	return "failed"
}
