package api

import "github.com/danielgtaylor/huma/v2"

const (
	text      = `[^\x00-\x1f\x7f-\x9f]`                                                                // a printable character
	segment   = `(\.{0,2}[^/.\x00-\x1f\x7f-\x9f][^/\x00-\x1f\x7f-\x9f]*|\.{3}[^/\x00-\x1f\x7f-\x9f]*)` // not empty, "." or ".."
	mediaName = `[A-Za-z0-9!#$&^_.+-]+`
)

// patterns are the domain's rules of the fields that callers send, in the
// words of JSON Schema. They are for whoever reads the contract or generates a
// client from it: what is enforced is the domain's own check, which can say
// what is wrong.
var patterns = map[string]string{
	"key":            `^` + segment + `(/` + segment + `)*$`,
	"filename":       `^` + segment + `(/` + segment + `)*$`,
	"mimeType":       `^(` + mediaName + `/` + mediaName + `(; ` + mediaName + `=` + mediaName + `)?)?$`,
	"fileType":       `^(` + mediaName + `/` + mediaName + `(; ` + mediaName + `=` + mediaName + `)?)?$`,
	"checksumSHA256": `^([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)?$`,
	"name":           `^` + text + `{0,255}$`,
	"space":          `^([gu]/` + text + `+)?$`,
	"prefix":         `^` + text + `*$`,
	"cursor":         `^[A-Za-z0-9_-]*$`,
}

// addPatterns describes the fields of every operation's input.
func addPatterns(contract *huma.OpenAPI) {
	for _, item := range contract.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Delete} {
			if op == nil {
				continue
			}
			for _, p := range op.Parameters {
				if pattern, ok := patterns[p.Name]; ok {
					p.Schema.Pattern = pattern
				}
			}
			if op.RequestBody == nil {
				continue
			}
			body := op.RequestBody.Content["application/json"].Schema
			for name, field := range contract.Components.Schemas.SchemaFromRef(body.Ref).Properties {
				if pattern, ok := patterns[name]; ok {
					field.Pattern = pattern
				}
				if values, ok := field.AdditionalProperties.(*huma.Schema); ok && name == "metadata" {
					values.Pattern = `^` + text + `*$`
					field.Extensions = map[string]any{"propertyNames": map[string]string{"pattern": `^` + text + `{1,128}$`}}
				}
			}
		}
	}
}
