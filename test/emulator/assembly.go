package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Change is one resource that Adapt changed.
type Change struct {
	Template, Resource string // the template's file and the resource's logical id
	Adaptation, Reason string
}

// String says what was changed, and why.
func (c Change) String() string {
	return fmt.Sprintf("%s %s: %s, because %s", c.Template, c.Resource, c.Adaptation, c.Reason)
}

// resource is one of a template, as decoded JSON: changing it changes the template.
type resource struct {
	id, kind   string
	properties map[string]any
}

// Adapt copies the cloud assembly from to the folder to, which must not exist,
// changes there what the emulator cannot do, and returns what it changed.
func Adapt(from, to string) ([]Change, error) {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return nil, err
	}
	var changes []Change
	err := eachTemplate(to, func(file string, template map[string]any) error {
		changed := false
		for _, r := range resources(template) {
			for _, a := range adaptations() {
				if a.concerns(template, r) {
					changed = true
					changes = append(changes, Change{Template: file, Resource: r.id, Adaptation: a.name, Reason: a.reason})
				}
			}
		}
		if !changed {
			return nil
		}
		return writeJSON(filepath.Join(to, file), template)
	})
	return changes, err
}

// concerns applies the adaptation to a resource of the template and reports
// whether it had to.
func (a adaptation) concerns(template map[string]any, r resource) bool {
	if slices.Contains(a.removes, r.kind) {
		delete(template["Resources"].(map[string]any), r.id)
		return true
	}
	return a.apply != nil && a.apply(template, r)
}

// eachTemplate calls visit for every template of an assembly, in order of the file names.
func eachTemplate(assembly string, visit func(file string, template map[string]any) error) error {
	files, err := filepath.Glob(filepath.Join(assembly, "*.template.json"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("%s holds no template: synthesize with make synth", assembly)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var template map[string]any
		decoder := json.NewDecoder(bytes.NewReader(content))
		decoder.UseNumber() // so that writing it back changes nothing else
		if err := decoder.Decode(&template); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := visit(filepath.Base(file), template); err != nil {
			return err
		}
	}
	return nil
}

// resources returns the resources of a template that have properties.
func resources(template map[string]any) []resource {
	var all []resource
	declared, _ := template["Resources"].(map[string]any)
	for id, r := range declared {
		body, _ := r.(map[string]any)
		kind, _ := body["Type"].(string)
		if properties, ok := body["Properties"].(map[string]any); ok {
			all = append(all, resource{id: id, kind: kind, properties: properties})
		}
	}
	return all
}

// stackOf returns the name of the stack that a template's file is for, where
// the stack is named as its construct.
func stackOf(file string) string { return strings.TrimSuffix(file, ".template.json") }

func writeJSON(path string, v any) error {
	content, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}
