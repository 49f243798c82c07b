package emulator

import (
	"context"
	"errors"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// trustRoot is a trust policy that lets the account's root in.
const trustRoot = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},"Action":"sts:AssumeRole"}]}`

// Assume returns credentials of a role that trusts somebody else, as who has
// stolen them would have. For a moment the role trusts the account's root.
func (e *Emulator) Assume(ctx context.Context, role string) (*types.Credentials, error) {
	var is struct {
		ARN    string `xml:"GetRoleResult>Role>Arn"`
		Policy string `xml:"GetRoleResult>Role>AssumeRolePolicyDocument"`
	}
	if err := e.iam(ctx, url.Values{"Action": {"GetRole"}, "RoleName": {role}}, &is); err != nil {
		return nil, err
	}
	policy, err := url.QueryUnescape(is.Policy) // IAM sends it percent-encoded
	if err != nil {
		return nil, err
	}
	trust := func(policy string) error {
		return e.iam(ctx, url.Values{"Action": {"UpdateAssumeRolePolicy"}, "RoleName": {role}, "PolicyDocument": {policy}}, nil)
	}
	if err := trust(trustRoot); err != nil {
		return nil, err
	}
	out, err := sts.NewFromConfig(e.Admin()).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &is.ARN, RoleSessionName: aws.String("somebody")})
	if err := errors.Join(err, trust(policy)); err != nil {
		return nil, err
	}
	return out.Credentials, nil
}
