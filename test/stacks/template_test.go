package stacks_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/bytepass/bytepass/stacks/settings"
)

// resource is one resource of a template.
type resource struct {
	Type                string
	Properties          map[string]any
	Metadata            map[string]any
	DependsOn           []string
	DeletionPolicy      string
	UpdateReplacePolicy string
}

// template is a CloudFormation template.
type template struct {
	raw       []byte
	Resources map[string]resource
	Outputs   map[string]map[string]any
}

// deployment is the templates of one deployment, with its settings.
type deployment struct {
	settings     settings.Settings
	dir          string
	storage, api template
}

func read(t *testing.T, s settings.Settings, dir string) deployment {
	t.Helper()
	d := deployment{settings: s, dir: dir}
	d.storage = readTemplate(t, filepath.Join(dir, s.Name()+"-storage.template.json"))
	d.api = readTemplate(t, filepath.Join(dir, s.Name()+"-api.template.json"))
	return d
}

func readTemplate(t *testing.T, file string) template {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	made := template{raw: raw}
	if err := json.Unmarshal(raw, &made); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return made
}

// ofType returns the logical ids of all resources of a type, sorted.
func (t template) ofType(kind string) []string {
	var ids []string
	for id, r := range t.Resources {
		if r.Type == kind {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
