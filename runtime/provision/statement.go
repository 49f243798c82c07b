package provision

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Statement is one statement of the bucket's policy, as JSON has it.
type Statement map[string]any

// parsePolicy reads a policy's statements; a single one may stand without a list.
func parsePolicy(document []byte) ([]Statement, error) {
	var p struct{ Statement json.RawMessage }
	if err := json.Unmarshal(document, &p); err != nil {
		return nil, fmt.Errorf("the policy is not a JSON document: %w", err)
	}
	var all []Statement
	if err := json.Unmarshal(p.Statement, &all); err == nil {
		return all, nil
	}
	var one Statement
	if err := json.Unmarshal(p.Statement, &one); err != nil {
		return nil, fmt.Errorf("the policy's Statement is neither a list nor an object: %w", err)
	}
	return []Statement{one}, nil
}

func sameStatement(a, b Statement) bool {
	return string(canonicalJSON(normalPolicy([]Statement{a}))) == string(canonicalJSON(normalPolicy([]Statement{b})))
}

func everyone(principal any) bool {
	if m, ok := principal.(map[string]any); ok && len(m) == 1 {
		principal = m["AWS"]
	}
	all := texts(principal)
	return len(all) == 1 && all[0] == "*"
}

// conditionKeys returns the keys of all conditions, in lower case, as keys of
// conditions are not case-sensitive.
func conditionKeys(statement Statement) []string {
	var keys []string
	operators, _ := statement["Condition"].(map[string]any)
	for _, tests := range operators {
		m, _ := tests.(map[string]any)
		keys = append(keys, slices.Collect(maps.Keys(m))...)
	}
	return sorted(lower(keys))
}

// Condition returns the values of a test of the statement's condition, as text;
// nil if it has none. Keys of conditions are not case-sensitive.
func (s Statement) Condition(operator, key string) []string {
	operators, _ := s["Condition"].(map[string]any)
	tests, _ := operators[operator].(map[string]any)
	for name, values := range tests {
		if strings.EqualFold(name, key) {
			return texts(values)
		}
	}
	return nil
}

func statementName(statement Statement, i int) string {
	if sid, ok := statement["Sid"].(string); ok && sid != "" {
		return sid
	}
	return fmt.Sprintf("statement %d", i+1)
}
