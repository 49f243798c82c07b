package stacks

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/bytepass/bytepass/stacks/settings"
)

// ReadSettings reads the settings of a deployment from the app's context. The
// error is one line that names the setting and the remedy.
func ReadSettings(app constructs.Construct) (settings.Settings, error) {
	context, _ := plain(app.Node().GetAllContext(nil)).(map[string]any)
	return settings.Read(context)
}

// plain takes away the wrapping that jsii leaves around nested objects.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if inner, ok := v["$jsii.map"]; ok && len(v) == 1 {
			return plain(inner)
		}
		for name, value := range v {
			v[name] = plain(value)
		}
	case []any:
		for i, value := range v {
			v[i] = plain(value)
		}
	}
	return v
}
