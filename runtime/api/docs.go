package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bytepass/bytepass/runtime/files"
)

//go:embed docs.html
var docsTemplate string

//go:embed docs.css
var docsStyle string

// registerDocs serves the contract and the page that shows it. Both are made
// when they are first asked for, since most functions never are.
func registerDocs(routes *router, contract *huma.OpenAPI) error {
	page, err := template.New("docs").Funcs(template.FuncMap{"json": indented, "type": typeOf, "prose": prose}).Parse(docsTemplate)
	if err != nil {
		return fmt.Errorf("api: the page of the contract: %w", err)
	}
	style := sha256.Sum256([]byte(docsStyle))
	csp := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(style[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	serve(routes, "GET /openapi.json", "application/openapi+json", "", func() ([]byte, error) {
		return contractJSON(contract)
	})
	serve(routes, "GET /docs", "text/html; charset=utf-8", csp, func() ([]byte, error) {
		var out bytes.Buffer
		err := page.Execute(&out, docsOf(contract))
		return out.Bytes(), err
	})
	return nil
}

// prose returns a text of the contract, which is CommonMark
// (https://spec.openapis.org/oas/v3.1.0#rich-text-formatting), as HTML. Ours
// has no other marks than those of code.
func prose(text string) template.HTML {
	var out strings.Builder
	for i, part := range strings.Split(text, "`") {
		part = template.HTMLEscapeString(part)
		if i%2 == 1 {
			part = "<code>" + part + "</code>"
		}
		out.WriteString(part)
	}
	return template.HTML(out.String()) //nolint:gosec // every part is escaped
}

// serve adds a public document that is made once.
func serve(routes *router, pattern, contentType, csp string, generate func() ([]byte, error)) {
	document := sync.OnceValues(generate)
	routes.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		body, err := document()
		if err != nil {
			writeProblem(w, r, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", contentType)
		h.Set("Cache-Control", "public, max-age=300")
		if csp != "" {
			h.Set("Content-Security-Policy", csp)
		}
		_, _ = w.Write(body) // the client is gone: nobody to tell
	})
}

// contractJSON writes the contract for people too; the same contract gives the
// same bytes.
func contractJSON(contract *huma.OpenAPI) ([]byte, error) {
	plain, err := json.Marshal(contract)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, plain, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// docs is what the page shows.
type docs struct {
	Info       *huma.Info
	Style      template.CSS
	Operations []docsOperation
	Schemas    []docsSchema
	Problems   []docsProblem
}

type docsOperation struct {
	Method, Path string
	*huma.Operation
	Body *huma.Schema
	Good *huma.Response
}

type docsSchema struct {
	Name   string
	Fields []docsField
}

type docsField struct {
	Name, Type, Doc string
	Required        bool
}

type docsProblem struct {
	Code   files.Code
	Title  string
	Status int
}

func docsOf(contract *huma.OpenAPI) docs {
	d := docs{Info: contract.Info, Style: template.CSS(docsStyle)}
	for _, path := range slices.Sorted(maps.Keys(contract.Paths)) {
		item := contract.Paths[path]
		for _, o := range []struct {
			method string
			op     *huma.Operation
		}{{"GET", item.Get}, {"POST", item.Post}, {"DELETE", item.Delete}} {
			if o.op != nil {
				d.Operations = append(d.Operations, docsOperation{Method: o.method, Path: path, Operation: o.op, Body: bodyOf(o.op), Good: o.op.Responses["200"]})
			}
		}
	}
	schemas := contract.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		d.Schemas = append(d.Schemas, docsSchema{name, fieldsOf(schemas[name])})
	}
	for _, code := range slices.Sorted(maps.Keys(kinds)) {
		d.Problems = append(d.Problems, docsProblem{code, kinds[code].title, kinds[code].status})
	}
	return d
}

func bodyOf(op *huma.Operation) *huma.Schema {
	if op.RequestBody == nil {
		return nil
	}
	return op.RequestBody.Content["application/json"].Schema
}

func fieldsOf(s *huma.Schema) []docsField {
	var fields []docsField
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		fields = append(fields, docsField{name, typeOf(p), p.Description, slices.Contains(s.Required, name)})
	}
	return fields
}

// typeOf says in a word what a schema is; a reference by its name.
func typeOf(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
	case s.Type == huma.TypeArray:
		return typeOf(s.Items) + "[]"
	case s.Format != "":
		return s.Type + " (" + s.Format + ")"
	}
	return s.Type
}

func indented(v any) (string, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	return string(text), err
}
