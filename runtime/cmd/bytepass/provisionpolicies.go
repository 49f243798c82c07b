package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/bytepass/bytepass/runtime/provision/onprem"
)

// makeFolder makes a folder unless it is there, and finds out whether files can
// be made in it.
func makeFolder(path string) error {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	return canReplace(filepath.Join(path, "policy"))
}

// writePolicies makes the policies of the users, and writes them to files if
// asked to.
func (p *provisioning) writePolicies(s *site, told *provisioned) error {
	told.Policies = map[string]json.RawMessage{}
	if p.noUsers {
		return nil
	}
	documents, err := s.kind.Policies(told.Bucket, p.users, onprem.OldestSignature(s.settings))
	if err != nil {
		return err
	}
	for user, document := range documents {
		told.Policies[user] = document
		if p.policies == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(p.policies, policyFile(user)), document, 0o644); err != nil {
			return usageError{fmt.Errorf("--write-policies: %w", err)}
		}
	}
	return nil
}

// policyFile is the name of the file of a user's policy; slashes, which an ARN
// has, are none of a file's name.
func policyFile(user string) string { return strings.ReplaceAll(user, "/", "_") + ".json" }
