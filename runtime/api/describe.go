package api

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bytepass/bytepass/runtime/files"
)

// apiVersion is the version of the contract, not of the program.
const apiVersion = "1.0.0"

const bearerScheme = "bearer"

// statuses are those that problems have, with the code that stands for each in
// the contract's examples.
var statuses = map[int]files.Problem{
	http.StatusBadRequest:            {Code: files.CodeTooLarge, Field: "size", Detail: "the size is 6 bytes; at most 5 are allowed"},
	http.StatusUnauthorized:          {Code: files.CodeUnauthenticated, Detail: "the token has expired; get a new one"},
	http.StatusForbidden:             {Code: files.CodeForbidden, Field: "space", Detail: "the token does not open this space"},
	http.StatusNotFound:              {Code: files.CodeNotFound, Field: "key", Detail: "there is no such file"},
	http.StatusConflict:              {Code: files.CodePathConflict, Field: "key", Detail: "\"a\" is a file here, so it cannot be a folder too; choose another key"},
	http.StatusRequestEntityTooLarge: {Code: files.CodeBodyTooLarge, Detail: "the body has more than the 65536 bytes that this route reads"},
	http.StatusInternalServerError:   {Code: files.CodeInternal, Detail: "this is our fault; quote the X-Request-Id of this answer"},
	http.StatusServiceUnavailable:    {Code: files.CodeUnavailable, Detail: "the store does not answer; try again"},
	http.StatusInsufficientStorage:   {Code: files.CodeStoreFull, Detail: "the store has no room left; try again when whoever runs it has made some"},
}

// describe returns what the contract says of the API as a whole.
func describe() huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:   "Bytepass",
				Version: apiVersion,
				Description: "Signs short-lived URLs with which clients send and read bytes directly at an S3 store, and lists what arrived.\n\n" +
					"Keys are paths in UTF-8, normalised to NFC, inside the caller's space. Errors are problems (RFC 9457): rely on `code`, show `message`.",
			},
			Servers: []*huma.Server{{URL: "/"}},
			Tags: []*huma.Tag{
				{Name: "uploads", Description: "Sign requests that send bytes. Uppy's own contract (Companion for S3) is served under `/s3` and described there: https://uppy.io/docs/aws-s3/"},
				{Name: "files", Description: "What has arrived: list, download, delete, restore."},
				{Name: "service", Description: "For whoever runs it."},
			},
			Components: &huma.Components{
				Schemas:   huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				Responses: map[string]*huma.Response{},
				SecuritySchemes: map[string]*huma.SecurityScheme{
					bearerScheme: {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "A token of the deployment's issuer. The owner of files is named by its claim `sub`, unless the deployment says otherwise."},
				},
			},
		},
	}
}

// security returns what a route asks for; nothing for a public one.
func security(scope string) []map[string][]string {
	if scope == "" {
		return []map[string][]string{}
	}
	return []map[string][]string{{bearerScheme: {scope}}}
}

// responses returns the answers of a route: the good one, and references to
// the problems that it can have.
func responses(op operation) map[string]*huma.Response {
	problems := append([]int{http.StatusInternalServerError, http.StatusServiceUnavailable}, op.answers...)
	if op.scope != "" {
		problems = append(problems, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound)
	} else {
		problems = append(problems, http.StatusBadRequest, http.StatusNotFound)
	}
	if op.method != http.MethodGet {
		problems = append(problems, http.StatusRequestEntityTooLarge, http.StatusInsufficientStorage)
	}
	all := map[string]*huma.Response{}
	for _, status := range problems {
		all[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + responseName(status)}
	}
	return all
}

// responseName returns the name of a status among the components.
func responseName(status int) string {
	return strings.ReplaceAll(http.StatusText(status), " ", "")
}

// finish completes the contract when all operations are registered.
func finish(contract *huma.OpenAPI) *huma.OpenAPI {
	schemas := contract.Components.Schemas
	problem := schemas.Schema(reflect.TypeFor[Problem](), true, "")
	codes := schemas.SchemaFromRef(problem.Ref).Properties["code"]
	for _, code := range slices.Sorted(maps.Keys(kinds)) {
		codes.Enum = append(codes.Enum, string(code))
	}
	for status, example := range statuses {
		answer := &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{problemType: {Schema: problem, Example: problemOf(&example)}},
			Headers:     map[string]*huma.Param{},
		}
		for name, description := range map[int]map[string]string{
			http.StatusUnauthorized:       {"WWW-Authenticate": "Bearer (RFC 6750)"},
			http.StatusServiceUnavailable: {"Retry-After": "Seconds to wait"},
		}[status] {
			answer.Headers[name] = &huma.Param{Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
		}
		contract.Components.Responses[responseName(status)] = answer
	}
	addPatterns(contract)
	// huma describes its own errors, which are never sent.
	delete(schemas.Map(), "ErrorModel")
	delete(schemas.Map(), "ErrorDetail")
	return contract
}
