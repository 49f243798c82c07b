package provision

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// manifest is as much of a cloud assembly's manifest.json as matters here: the
// stacks, and the assemblies of nested stages
// (https://github.com/aws/aws-cdk-cli, package cloud-assembly-schema).
type manifest struct {
	Artifacts map[string]struct {
		Type       string
		Properties struct {
			TemplateFile  string `json:"templateFile"`
			DirectoryName string `json:"directoryName"`
		}
	}
}

// FromAssembly returns the storage stack's template of a cloud assembly, the
// folder that "cdk synth" writes: the one template that has a bucket for
// files. The error names the folder and what to do.
func FromAssembly(folder string) ([]byte, error) {
	var found []string
	if err := findStorage(folder, &found); err != nil {
		return nil, err
	}
	switch len(found) {
	case 1:
		return os.ReadFile(found[0])
	case 0:
		return nil, fmt.Errorf("provision: no stack of the cloud assembly %s has a bucket; synthesize the storage stack with cdk synth", folder)
	}
	return nil, fmt.Errorf("provision: several stacks of the cloud assembly %s have a bucket for files (%s); synthesize a single stage", folder, strings.Join(found, ", "))
}

func findStorage(folder string, found *[]string) error {
	plain, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("provision: %s is no cloud assembly (it has no manifest.json); make one with cdk synth", folder)
	}
	var m manifest
	if err = errors.Join(err, json.Unmarshal(plain, &m)); err != nil {
		return fmt.Errorf("provision: reading the manifest of the cloud assembly %s: %w", folder, err)
	}
	for _, id := range slices.Sorted(maps.Keys(m.Artifacts)) {
		artifact := m.Artifacts[id]
		switch artifact.Type {
		case "cdk:cloud-assembly":
			if err := findStorage(filepath.Join(folder, artifact.Properties.DirectoryName), found); err != nil {
				return err
			}
		case "aws:cloudformation:stack":
			path := filepath.Join(folder, artifact.Properties.TemplateFile)
			holds, err := hasBucket(path)
			if err != nil {
				return err
			}
			if holds {
				*found = append(*found, path)
			}
		}
	}
	return nil
}

func hasBucket(path string) (bool, error) {
	plain, err := os.ReadFile(path)
	if err != nil {
		return false, fmt.Errorf("provision: reading a stack's template: %w", err)
	}
	var t templateFile
	if err := json.Unmarshal(plain, &t); err != nil {
		return false, fmt.Errorf("provision: %s is not a JSON template: %w", path, err)
	}
	_, err = t.bucket()
	return !errors.Is(err, errNoBucket), nil
}
