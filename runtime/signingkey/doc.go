// Package signingkey makes and rotates the key pair with which downloads are
// signed for CloudFront. It is the logic of the function signingkey, which is a
// CloudFormation custom resource and is also called by a schedule.
//
// # What it keeps
//
// The private key is born in the function and stays in one secret of AWS
// Secrets Manager (package keyring says what is in it). The public key and the
// key group that distributions trust are in CloudFront, under a name that is
// derived from stack, resource and secret: bytepass-<20 hex digits>, and
// bytepass-<20 hex digits>-<fingerprint> for each public key. All belong to
// this function alone: whatever bears the name and is not in the secret is
// deleted, and a key that somebody adds to the group is taken out again.
//
// # A rotation, as an operator sees it
//
// The secret says how far it has come; the log has one line for each step.
//
//	add     a new pair is stored, its public key made and put into the key group
//	        … Propagation (1 h): the edges get to know the key
//	switch  the new pair becomes the active one; signers read it within
//	        keyring.SignerMaxAge (30 min), and the private half of the old one is erased
//	        … Retirement (2 h): the last URL of the old key expires
//	remove  the old key leaves the group and is deleted
//
// Both keys are in the group from the first step to the last, so every URL
// that has not expired works at every moment, and downloads that are under way
// go on. The schedule may fire as often as it likes: a step that is not due
// does nothing, and a step that was interrupted is finished by the next
// invocation. Invocations may overlap; the secret's AWSCURRENT label and the
// key group's ETag decide who was first.
//
// To rotate now, or to make all signed URLs worthless because a key has
// leaked, invoke the function with one of
//
//	{"action": "rotate-now", "secretArn": "arn:…"}
//	{"action": "revoke", "secretArn": "arn:…"}
//
// After "revoke", downloads fail until the edges know the new key (minutes)
// and signers have read it (up to keyring.SignerMaxAge).
//
// If the function fails, its error names the call and the resource; nothing
// has to be cleaned up by hand, and URLs go on working with the key there is.
// An error that repeats for longer than a rotation takes is worth an alarm on
// the function's errors. Do not edit the secret or the key group. If somebody
// has deleted a public key or the group, the next "rotate" makes it again; if
// CloudFront refuses to make the same key twice, "revoke" makes another.
//
// # The custom resource
//
// Properties: SecretArn (required; a secret of its own, empty or "{}", with a
// customer key), KeyAlgorithm (ECDSA_P256, the default, or RSA_2048) and
// RotateAfterDays (90; 0 rotates only on demand). The physical id and the
// attribute KeyGroupId are the key group's id; they stay the same for as long
// as the secret does. Another SecretArn is a replacement, another KeyAlgorithm
// begins a rotation. Deletion removes all of it but the secret, which is the
// stack's, and waits a minute for a distribution that was just deleted. It works
// without the secret, too, if that is gone or nobody can decrypt it any more.
//
// The schedule sends {"action": "rotate", "secretArn": "arn:…"}, every hour or
// so: a rotation takes as many more hours as its steps wait for their turn.
// The function needs no environment variable, 128 MB, and a timeout of 5
// minutes. One copy at a time (reserved concurrency 1) spares needless calls
// but is not needed.
//
// # Permissions
//
//	secretsmanager:GetSecretValue             on the secret
//	secretsmanager:PutSecretValue             on the secret
//	secretsmanager:UpdateSecretVersionStage   on the secret
//	kms:Decrypt, kms:GenerateDataKey          on the secret's key, kms:ViaService secretsmanager.<region>.amazonaws.com
//	cloudfront:ListPublicKeys                 on *
//	cloudfront:GetPublicKey                   on *
//	cloudfront:CreatePublicKey                on *
//	cloudfront:DeletePublicKey                on *
//	cloudfront:ListKeyGroups                  on *
//	cloudfront:GetKeyGroup                    on *
//	cloudfront:CreateKeyGroup                 on *
//	cloudfront:UpdateKeyGroup                 on *
//	cloudfront:DeleteKeyGroup                 on *
//
// IAM knows no resource for the actions on public keys and key groups
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfront.html),
// so "*" is the only resource that grants them; the function touches nothing
// whose name is not its own. Signers need secretsmanager:GetSecretValue and
// kms:Decrypt only.
package signingkey
