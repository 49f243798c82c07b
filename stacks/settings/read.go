package settings

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/bytepass/bytepass/runtime/env"
)

const (
	contextObject = "bytepass"
	contextPrefix = "bytepass:"
	stagesObject  = "stages"
)

// Read makes the settings of one deployment from the CDK's whole context. What
// is set counts in this order, the last one wins: the defaults of the stage,
// the object "bytepass", its "stages" entry for the stage, "bytepass:<name>". A
// null takes back what was set before it.
// The error is one line that names the setting and the remedy.
func Read(context map[string]any) (Settings, error) {
	base, perStage, commandLine, err := layers(context)
	if err != nil {
		return Settings{}, err
	}
	stage := StageDev
	for _, layer := range []map[string]any{base, commandLine} {
		if v := layer["stage"]; v != nil {
			var s Settings
			if err := apply(&s, "stage", v); err != nil {
				return Settings{}, err
			}
			stage = s.Stage
		}
	}
	if err := unusedStage(stage, perStage); err != nil {
		return Settings{}, err
	}
	set := map[string]any{}
	for _, layer := range []map[string]any{base, perStage[stage], commandLine} {
		for _, name := range sortedKeys(layer) {
			v := layer[name]
			if v == nil {
				delete(set, name)
				continue
			}
			if err := apply(&Settings{}, name, v); err != nil {
				return Settings{}, err
			}
			set[name] = v
		}
	}
	s := defaults(stage)
	for _, name := range sortedKeys(set) {
		if err := apply(&s, name, set[name]); err != nil {
			return Settings{}, err
		}
	}
	s.Stage = stage
	if err := s.contradiction(); err != nil {
		return s, err
	}
	if s.Identity == Cognito {
		s.ScopePrefix = CognitoScopePrefix
		if s.GroupsClaim == env.DefaultGroupsClaim {
			s.GroupsClaim = "cognito:groups" // the only name that it has for them
		}
	}
	return s, nil
}

func apply(s *Settings, name string, v any) error {
	f, _ := fieldNamed(name)
	if err := f.set(s, v); err != nil {
		shown, _ := json.Marshal(v)
		return fmt.Errorf("the setting %s is %s: %w", name, shown, err)
	}
	return nil
}

// layers takes the context apart and refuses what is no setting.
func layers(context map[string]any) (base map[string]any, perStage map[string]map[string]any, commandLine map[string]any, err error) {
	base, perStage, commandLine = map[string]any{}, map[string]map[string]any{}, map[string]any{}
	for _, key := range sortedKeys(context) {
		name, prefixed := strings.CutPrefix(key, contextPrefix)
		if _, known := fieldNamed(key); known {
			return nil, nil, nil, fmt.Errorf("the context has %s: write %s%s", key, contextPrefix, key)
		}
		if meant, misspelt := misspelt(key); misspelt {
			return nil, nil, nil, fmt.Errorf("the context has %s: write %s", key, meant)
		}
		if prefixed {
			commandLine[name] = context[key]
		}
	}
	object, err := asObject(contextObject, context[contextObject])
	if err != nil {
		return nil, nil, nil, err
	}
	stages, err := asObject(stagesObject, object[stagesObject])
	if err != nil {
		return nil, nil, nil, err
	}
	for _, stage := range sortedKeys(stages) {
		if err := checkStage(stage); err != nil {
			return nil, nil, nil, fmt.Errorf("the context has %s.%s, which is no stage's name: %w", stagesObject, stage, err)
		}
		layer, err := asObject(stagesObject+"."+stage, stages[stage])
		if err == nil {
			err = unknown(stagesObject+"."+stage+".", layer)
		}
		if _, ok := layer["stage"]; ok && err == nil {
			err = fmt.Errorf("the setting %s.%s.stage cannot be set for one stage: set stage in bytepass", stagesObject, stage)
		}
		if err != nil {
			return nil, nil, nil, err
		}
		perStage[stage] = layer
	}
	for name, v := range object {
		if name != stagesObject {
			base[name] = v
		}
	}
	if err := unknown("", base); err != nil {
		return nil, nil, nil, err
	}
	return base, perStage, commandLine, unknown(contextPrefix, commandLine)
}

func asObject(name string, v any) (map[string]any, error) {
	if str, ok := v.(string); ok {
		if json.Unmarshal([]byte(str), &v) != nil {
			v = false
		}
	}
	if v == nil {
		return map[string]any{}, nil
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the context's %s is not an object: use {\"<setting>\": <value>, …}", name)
	}
	return object, nil
}

func unknown(where string, layer map[string]any) error {
	var objects []string
	if where == "" {
		objects = []string{stagesObject}
	}
	for _, name := range sortedKeys(layer) {
		if _, ok := fieldNamed(name); !ok {
			if meant := nearest(name, objects...); meant != "" {
				return fmt.Errorf("the setting %s%s is unknown: did you mean %s%s?", where, name, where, meant)
			}
			return fmt.Errorf("the setting %s%s is unknown: use one of %s", where, name, strings.Join(names(), ", "))
		}
	}
	return nil
}

func names() []string {
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.name
	}
	return all
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
