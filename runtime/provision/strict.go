package provision

import (
	"bytes"
	"encoding/json"
)

// strict decodes a property of the template into v. A member that v does not
// have is an error that names it: a setting is never dropped silently.
func strict(property []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(property))
	d.DisallowUnknownFields()
	return d.Decode(v)
}
