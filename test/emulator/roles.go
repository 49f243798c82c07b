package emulator

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
)

// Policy is an inline policy of a role.
type Policy struct {
	Role, Name string
	Version    string
	Statements []json.RawMessage
}

// policyDocument is a policy as IAM keeps it.
type policyDocument struct {
	Version   string
	Statement []json.RawMessage
}

// RolePolicies returns the inline policies of all roles whose name matches.
func (e *Emulator) RolePolicies(ctx context.Context, matches func(role string) bool) ([]Policy, error) {
	var roles struct {
		Names []string `xml:"ListRolesResult>Roles>member>RoleName"`
	}
	if err := e.iam(ctx, url.Values{"Action": {"ListRoles"}, "MaxItems": {"1000"}}, &roles); err != nil {
		return nil, err
	}
	var policies []Policy
	for _, role := range roles.Names {
		if !matches(role) {
			continue
		}
		var names struct {
			Names []string `xml:"ListRolePoliciesResult>PolicyNames>member"`
		}
		if err := e.iam(ctx, url.Values{"Action": {"ListRolePolicies"}, "RoleName": {role}}, &names); err != nil {
			return nil, err
		}
		for _, name := range names.Names {
			p, err := e.rolePolicy(ctx, role, name)
			if err != nil {
				return nil, err
			}
			policies = append(policies, p)
		}
	}
	return policies, nil
}

func (e *Emulator) rolePolicy(ctx context.Context, role, name string) (Policy, error) {
	var answer struct {
		Document string `xml:"GetRolePolicyResult>PolicyDocument"`
	}
	if err := e.iam(ctx, url.Values{"Action": {"GetRolePolicy"}, "RoleName": {role}, "PolicyName": {name}}, &answer); err != nil {
		return Policy{}, err
	}
	text, err := url.PathUnescape(answer.Document) // IAM answers it percent-encoded, RFC 3986
	if err != nil {
		return Policy{}, err
	}
	var document policyDocument
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		return Policy{}, fmt.Errorf("the policy %s of role %s: %w", name, role, err)
	}
	return Policy{Role: role, Name: name, Version: document.Version, Statements: document.Statement}, nil
}

// PutRolePolicy replaces the role's policy of the same name. It is in force at once.
func (e *Emulator) PutRolePolicy(ctx context.Context, p Policy) error {
	document, err := json.Marshal(policyDocument{Version: p.Version, Statement: p.Statements})
	if err != nil {
		return err
	}
	return e.iam(ctx, url.Values{
		"Action": {"PutRolePolicy"}, "RoleName": {p.Role}, "PolicyName": {p.Name}, "PolicyDocument": {string(document)},
	}, nil)
}

// iam asks IAM's query API and decodes its answer into out, if that is not nil.
func (e *Emulator) iam(ctx context.Context, form url.Values, out any) error {
	form.Set("Version", "2010-05-08")
	answer, err := e.call(ctx, "iam", "POST", "/", "application/x-www-form-urlencoded; charset=utf-8", []byte(form.Encode()))
	if err != nil || out == nil {
		return err
	}
	return xml.Unmarshal(answer, out)
}
