package api

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/bytepass/bytepass/runtime/files"
)

// fieldRule says which code a field has when the schema refuses it, and what
// to send instead.
type fieldRule struct {
	code   files.Code
	remedy string
}

var fieldRules = map[string]fieldRule{
	"key":               {files.CodeInvalidKey, "send the file's key, such as photos/a.jpg"},
	"filename":          {files.CodeInvalidKey, "send the file's key, such as photos/a.jpg"},
	"mimeType":          {files.CodeInvalidType, "send a media type such as image/jpeg, or an empty text for an unknown one"},
	"fileType":          {files.CodeInvalidType, "send a media type such as image/jpeg, or an empty text for an unknown one"},
	"size":              {files.CodeInvalidSize, "send the number of bytes, 0 or more"},
	"checksumSHA256":    {files.CodeInvalidChecksum, "send the SHA-256 in base64"},
	"checksumCRC64NVME": {files.CodeInvalidChecksum, "send the CRC64NVME in base64"},
	"metadata":          {files.CodeInvalidMetadata, "send an object of texts"},
	"name":              {files.CodeInvalidMetadata, "send a text"},
	"expiresIn":         {files.CodeInvalidField, "send a number of seconds, 1 or more"},
	"cursor":            {files.CodeInvalidCursor, "follow the Link header of the page before"},
	"limit":             {files.CodeInvalidLimit, "send a number from 1 to 1,000"},
}

// refusalOf returns the first thing that huma found wrong with a request.
func refusalOf(m *huma.ErrorModel) error {
	if m.Status >= http.StatusInternalServerError {
		return m
	}
	if len(m.Errors) == 0 {
		return files.Problemf(files.CodeInvalid, "", "%s", m.Detail)
	}
	first := slices.MinFunc(m.Errors, byWeight)
	where, field, _ := strings.Cut(first.Location, ".")
	if name, ok := requiredProperty(first.Message); ok {
		return fieldProblem(strings.TrimPrefix(field+"."+name, "."), "it is missing")
	}
	switch {
	case first.Message == validation.MsgUnexpectedProperty:
		return files.Problemf(files.CodeInvalidField, field, "the %s has no such field here; see /openapi.json", where)
	case field == "":
		return files.Problemf(files.CodeInvalid, "", "%s", first.Message)
	}
	return fieldProblem(field, first.Message)
}

// byWeight puts what is missing or wrong before what is too much, and otherwise
// goes by name: huma finds things in the order of a map.
func byWeight(a, b *huma.ErrorDetail) int {
	weight := func(d *huma.ErrorDetail) int {
		if d.Message == validation.MsgUnexpectedProperty {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(weight(a), weight(b)), cmp.Compare(a.Location, b.Location), cmp.Compare(a.Message, b.Message))
}

func fieldProblem(field, wrong string) *files.Problem {
	top, _, _ := strings.Cut(field, ".")
	rule, ok := fieldRules[top]
	if !ok {
		return files.Problemf(files.CodeInvalidField, field, "%s", wrong)
	}
	return files.Problemf(rule.code, field, "%s; %s", wrong, rule.remedy)
}

// requiredProperty returns the name in huma's message about a missing one.
func requiredProperty(message string) (name string, ok bool) {
	before, after, _ := strings.Cut(validation.MsgExpectedRequiredProperty, "%s")
	name, ok = strings.CutPrefix(message, before)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(name, after)
}
