package api

import (
	"errors"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// service is what the operations share: one method a route.
type service struct {
	Config
}

// New returns the handler of the whole API. The error names what the
// configuration lacks. The handler is safe for concurrent use.
func New(cfg Config) (http.Handler, error) {
	switch {
	case cfg.Auth == nil:
		return nil, errors.New("api: Auth is not set")
	case cfg.Log == nil:
		return nil, errors.New("api: Log is not set")
	case cfg.Now == nil:
		return nil, errors.New("api: Now is not set")
	case cfg.Limits.MaxSize <= 0 || cfg.Limits.UploadURL <= 0 || cfg.Limits.Put <= 0 || cfg.Limits.Get <= 0:
		return nil, errors.New("api: Limits needs MaxSize, UploadURL, Put and Get")
	}
	s := &service{cfg}
	routes := newRouter()
	operations := jsonAPI{humago.New(routes, describe())}
	s.registerPresign(operations)
	s.registerUploads(operations)
	s.registerList(operations)
	s.registerFolders(operations)
	s.registerFile(operations)
	s.registerDelete(operations)
	s.registerVersions(operations)
	s.registerRestore(operations)
	s.registerHealth(operations)
	s.registerCompanion(routes)
	if err := registerDocs(routes, finish(operations.OpenAPI())); err != nil {
		return nil, err
	}
	if cfg.Console != nil {
		page, err := newConsole(cfg.Console, cfg.ContentOrigins, cfg.Login)
		if err != nil {
			return nil, err
		}
		routes.console = page
	}
	return &front{next: newCORS(cfg.Origins, capability{routes}), log: cfg.Log, now: cfg.Now, served: cfg.Served}, nil
}

// jsonAPI speaks JSON whatever the headers say: curl calls JSON a form, some
// published clients send no type at all, and nobody gets anything else.
type jsonAPI struct{ huma.API }

// Negotiate returns the media type of answers.
func (jsonAPI) Negotiate(string) (string, error) { return "application/json", nil }

// Unmarshal decodes a body strictly.
func (jsonAPI) Unmarshal(_ string, data []byte, v any) error { return unmarshal(data, v) }

// Marshal encodes an answer.
func (jsonAPI) Marshal(w io.Writer, _ string, v any) error {
	return huma.DefaultJSONFormat.Marshal(w, v)
}

// Transform turns what huma writes for a request that the schema refuses into
// a problem of ours.
func (jsonAPI) Transform(ctx huma.Context, _ string, v any) (any, error) {
	if m, ok := v.(*huma.ErrorModel); ok {
		return refuse(ctx.Context(), refusalOf(m)), nil
	}
	return v, nil
}
