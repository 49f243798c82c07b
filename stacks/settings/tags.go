package settings

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

var tagPattern = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$`)

// setTags takes an object of strings, of JSON or of Go, or the JSON text of one.
func setTags(s *Settings, v any) error {
	if str, ok := v.(string); ok {
		if json.Unmarshal([]byte(str), &v) != nil {
			v = nil
		}
	}
	if strs, ok := v.(map[string]string); ok {
		object := make(map[string]any, len(strs))
		for name, value := range strs {
			object[name] = value
		}
		v = object
	}
	object, ok := v.(map[string]any)
	if !ok || len(object) > 40 {
		return fmt.Errorf(`use an object of up to 40 strings, such as {"team":"files"}`)
	}
	tags := make(map[string]string, len(object))
	// IAM takes keys that differ only in case for the same (IAM user guide,
	// "Tags for AWS Identity and Access Management resources").
	folded := map[string]string{}
	for _, name := range sortedKeys(object) {
		value, ok := object[name].(string)
		if !ok || len(name) > 128 || len(value) > 256 || !tagPattern.MatchString(name) || value != "" && !tagPattern.MatchString(value) || strings.HasPrefix(strings.ToLower(name), "aws:") {
			return fmt.Errorf("the tag %q: use names of up to 128 and values of up to 256 letters, digits, spaces and _.:/=+-@, not beginning with aws", name)
		}
		fold := strings.ToLower(name)
		if fold == "app" || fold == "stage" {
			return fmt.Errorf("the tag %q is set by the stacks, and IAM ignores case; use another name", name)
		}
		if other, twice := folded[fold]; twice {
			return fmt.Errorf("the tags %q and %q are the same to IAM, which ignores case; keep one of them", other, name)
		}
		tags[name], folded[fold] = value, name
	}
	s.Tags = tags
	return nil
}
