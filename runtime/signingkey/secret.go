package signingkey

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

// Secrets is what the function does in Secrets Manager.
// *secretsmanager.Client is one.
type Secrets interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
	PutSecretValue(context.Context, *secretsmanager.PutSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error)
	UpdateSecretVersionStage(context.Context, *secretsmanager.UpdateSecretVersionStageInput, ...func(*secretsmanager.Options)) (*secretsmanager.UpdateSecretVersionStageOutput, error)
}

const (
	stageCurrent = "AWSCURRENT"
	// stageNext is on the version that is to become the current one.
	stageNext = "bytepass-next"
)

// stored is a ring as it was read: the version is "" if there is none yet.
type stored struct {
	ring    keyring.Ring
	version string
}

// load reads the current ring. A secret without a value, or one that is on its
// way out, holds the empty ring.
func (m *Manager) load(ctx context.Context, secret string) (stored, error) {
	out, err := m.secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &secret})
	if is[*types.ResourceNotFoundException](err) || is[*types.InvalidRequestException](err) {
		return stored{}, nil
	}
	if err != nil {
		return stored{}, fmt.Errorf("read the secret: %w", err)
	}
	ring, err := keyring.Parse(aws.ToString(out.SecretString))
	return stored{ring: ring, version: aws.ToString(out.VersionId)}, err
}

// commit makes ring the current version of the secret, on the condition that
// before still is: errChanged if not. The value is put under a label of its
// own first, and becomes current by moving AWSCURRENT away from exactly the
// version before, which Secrets Manager refuses when another one has it
// (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html).
func (m *Manager) commit(ctx context.Context, secret string, before stored, ring keyring.Ring) error {
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return fmt.Errorf("name a version of the secret: %w", err)
	}
	version := hex.EncodeToString(random[:])
	_, err := m.secrets.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId:           &secret,
		ClientRequestToken: &version,
		SecretString:       aws.String(ring.Encode()),
		VersionStages:      []string{stageNext},
	})
	if err != nil {
		return fmt.Errorf("write the secret: %w", err)
	}
	move := &secretsmanager.UpdateSecretVersionStageInput{
		SecretId:        &secret,
		VersionStage:    aws.String(stageCurrent),
		MoveToVersionId: &version,
	}
	if before.version != "" {
		move.RemoveFromVersionId = &before.version
	}
	if _, err = m.secrets.UpdateSecretVersionStage(ctx, move); err == nil {
		return nil
	}
	// Secrets Manager has no error of its own for a label that has moved. If it
	// has, by somebody else or by this call whose answer was lost, the next look
	// decides.
	if now, loadErr := m.load(ctx, secret); loadErr == nil && now.version != before.version {
		err = errChanged
	}
	return fmt.Errorf("make the new version of the secret the current one: %w", err)
}
