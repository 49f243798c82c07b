package signingkey_test

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

const secretARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:bytepass-key-AbCdEf"

// secretState is one secret of the fake Secrets Manager, with its documented
// rules: a version's value never changes, a label is on one version, a move of
// AWSCURRENT names the version that it leaves and takes AWSPREVIOUS along, and
// the first version becomes current by itself.
type secretState struct {
	gone     bool  // marked for deletion
	refused  error // what a reader gets instead of the value
	versions map[string]string
	stages   map[string]string // label → version
}

func newSecret() secretState {
	return secretState{versions: map[string]string{}, stages: map[string]string{}}
}

// current returns the current value, "" if there is none.
func (s *secretState) current() string { return s.versions[s.stages["AWSCURRENT"]] }

func (s *secretState) check(id string) error {
	if id != secretARN {
		return &types.ResourceNotFoundException{}
	}
	if s.gone {
		return &types.InvalidRequestException{Message: aws.String("marked for deletion")}
	}
	return nil
}

func (s *secretState) move(stage, version string) {
	if old, ok := s.stages[stage]; ok && stage == "AWSCURRENT" && old != version {
		s.stages["AWSPREVIOUS"] = old
	}
	s.stages[stage] = version
}

func (p *process) GetSecretValue(_ context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (out *secretsmanager.GetSecretValueOutput, err error) {
	err = p.do("GetSecretValue", func() error {
		if err := p.secret.check(*in.SecretId); err != nil {
			return err
		}
		if p.secret.refused != nil {
			return p.secret.refused
		}
		version, ok := p.secret.stages["AWSCURRENT"]
		if !ok {
			return &types.ResourceNotFoundException{Message: aws.String("no value for AWSCURRENT")}
		}
		out = &secretsmanager.GetSecretValueOutput{SecretString: aws.String(p.secret.versions[version]), VersionId: &version}
		return nil
	})
	return out, err
}

func (p *process) PutSecretValue(_ context.Context, in *secretsmanager.PutSecretValueInput, _ ...func(*secretsmanager.Options)) (out *secretsmanager.PutSecretValueOutput, err error) {
	err = p.do("PutSecretValue", func() error {
		if err := p.secret.check(*in.SecretId); err != nil {
			return err
		}
		version := *in.ClientRequestToken
		if len(version) < 32 || len(version) > 64 || len(*in.SecretString) > 65536 {
			return &types.InvalidParameterException{}
		}
		if value, ok := p.secret.versions[version]; ok && value != *in.SecretString {
			return &types.ResourceExistsException{}
		}
		if len(p.secret.versions) == 0 {
			p.secret.move("AWSCURRENT", version)
		}
		p.secret.versions[version] = *in.SecretString
		for _, stage := range in.VersionStages {
			p.secret.move(stage, version)
		}
		out = &secretsmanager.PutSecretValueOutput{VersionId: &version}
		return nil
	})
	return out, err
}

func (p *process) UpdateSecretVersionStage(_ context.Context, in *secretsmanager.UpdateSecretVersionStageInput, _ ...func(*secretsmanager.Options)) (out *secretsmanager.UpdateSecretVersionStageOutput, err error) {
	err = p.do("UpdateSecretVersionStage", func() error {
		if err := p.secret.check(*in.SecretId); err != nil {
			return err
		}
		if _, ok := p.secret.versions[*in.MoveToVersionId]; !ok {
			return &types.ResourceNotFoundException{}
		}
		holder, held := p.secret.stages[*in.VersionStage]
		if held && holder != *in.MoveToVersionId && aws.ToString(in.RemoveFromVersionId) != holder {
			return &types.InvalidParameterException{Message: aws.String("the label is on another version")}
		}
		if !held && in.RemoveFromVersionId != nil {
			return &types.InvalidParameterException{Message: aws.String("the label is on no version")}
		}
		p.secret.move(*in.VersionStage, *in.MoveToVersionId)
		out = &secretsmanager.UpdateSecretVersionStageOutput{}
		return nil
	})
	return out, err
}
