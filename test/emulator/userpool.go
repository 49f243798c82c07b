package emulator

import (
	"context"
	"encoding/json"
)

// UserPool asks Cognito's user pools for an action, such as "AdminCreateUser",
// as the account's administrator, and decodes what it answers into out, unless
// that is nil.
func (e *Emulator) UserPool(ctx context.Context, action string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := e.call(ctx, "cognito-idp", "POST", "/", "application/x-amz-json-1.1", body,
		"X-Amz-Target", "AWSCognitoIdentityProviderService."+action)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(answer, out)
}
