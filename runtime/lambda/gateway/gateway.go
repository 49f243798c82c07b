// Package gateway lets an http.Handler serve an API Gateway HTTP API: it turns
// the event (payload format 2.0) into a request and the answer into a response
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
//
// What a request here has and one of a server has not: the id that the gateway
// gave it, as its X-Request-Id, and the claims that the gateway's authorizer
// has verified, for auth.Gateway. What it cannot have: the gateway decodes the
// path, and cuts it at a decoded question mark, before anybody sees it.
package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/bytepass/bytepass/runtime/auth"
)

// Handler is a Lambda function (it has the method of lambda.Handler) that
// serves requests with an http.Handler.
type Handler struct {
	next http.Handler
}

// New returns the function that serves requests with next.
func New(next http.Handler) Handler { return Handler{next: next} }

// Invoke serves one event. The error says what in the event is not as the
// gateway writes it; the caller then gets a bare 500 from the gateway.
func (h Handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, fmt.Errorf("gateway: the event is not one of an HTTP API: %w", err)
	}
	if claims := e.RequestContext.Authorizer.JWT.Claims; len(claims) > 0 {
		ctx = auth.WithClaims(ctx, claims, e.bearer())
	}
	r, err := e.request(ctx)
	if err != nil {
		return nil, err
	}
	w := newAnswer()
	h.next.ServeHTTP(w, r)
	response, err := json.Marshal(w.response(r.Method))
	if err != nil {
		return nil, fmt.Errorf("gateway: encode the response: %w", err)
	}
	return response, nil
}
