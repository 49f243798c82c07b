package stacks_test

import (
	"strings"
	"testing"
)

// TestKeys: both rotate; nobody uses the object key but through S3 and for this
// bucket, and nobody the other one but through the services it is for.
func TestKeys(t *testing.T) {
	for _, d := range []deployment{dev(t), prod(t)} {
		for name, users := range map[string][]string{
			"ObjectKey":  {"Administration", "ThroughS3ForThisBucket"},
			"ServiceKey": {"Administration", "ThroughTableAndQueues", "LogGroups", "EventsIntoTheQueue", "ThroughSecrets"},
		} {
			key := d.storage.Resources[d.only(t, d.storage, "AWS::KMS::Key", "Storage"+name)]
			if key.Properties["EnableKeyRotation"] != true {
				t.Errorf("the key %s is not rotated", name)
			}
			statements := d.statements(t, key.Properties["KeyPolicy"])
			if len(statements) != len(users) {
				t.Errorf("the policy of %s has %d statements, not %d", name, len(statements), len(users))
				continue
			}
			for i, s := range statements {
				if s.Sid != users[i] {
					t.Errorf("statement %d of %s is %s, not %s", i, name, s.Sid, users[i])
				}
				administers := s.Sid == "Administration"
				if !administers && len(s.Condition) == 0 {
					t.Errorf("%s of %s allows use without a condition", s.Sid, name)
				}
				for _, action := range s.Action {
					if administers && usesKey(action) {
						t.Errorf("administrators may use the key %s: %s", name, action)
					}
				}
			}
		}
		object := d.storage.Resources[d.only(t, d.storage, "AWS::KMS::Key", "StorageObjectKey")]
		compare(t, "the object key's use", d.lines(t, d.statements(t, object.Properties["KeyPolicy"])[1:]), []string{
			"Allow kms:Decrypt on *" + throughS3, "Allow kms:GenerateDataKey on *" + throughS3,
		})
	}
}

// usesKey reports whether an action uses the key's material or lets somebody.
func usesKey(action string) bool {
	for _, use := range []string{"Encrypt", "Decrypt", "GenerateDataKey", "ReEncrypt", "Sign", "GenerateMac", "CreateGrant", "*"} {
		if strings.Contains(action, use) {
			return true
		}
	}
	return false
}

// TestEverythingIsEncrypted: with a key of the customer's, the log bucket excepted.
func TestEverythingIsEncrypted(t *testing.T) {
	d := edge(t)
	services := d.attribute(t, d.only(t, d.storage, "AWS::KMS::Key", "StorageServiceKey"), "Arn")
	for kind, path := range map[string][]string{
		"AWS::Logs::LogGroup":  {"KmsKeyId"},
		"AWS::SQS::Queue":      {"KmsMasterKeyId"},
		"AWS::DynamoDB::Table": {"SSESpecification", "KMSMasterKeyId"},

		"AWS::SecretsManager::Secret": {"KmsKeyId"},
	} {
		found := 0
		for _, in := range []template{d.storage, d.api} {
			for _, id := range in.ofType(kind) {
				found++
				if got := d.property(t, in.Resources[id], path...); got != `"SERVICE-KEY"` {
					t.Errorf("%s is encrypted with %s, not with %s", id, got, services)
				}
			}
		}
		if found == 0 {
			t.Errorf("there is no %s", kind)
		}
	}
	// The key lets CloudWatch use it for exactly the log groups that there are:
	// this stage has every function that a stage can have.
	groups := map[string]bool{}
	for _, in := range []template{d.storage, d.api} {
		for _, id := range in.ofType("AWS::Logs::LogGroup") {
			groups[strings.TrimSuffix(d.attribute(t, id, "Arn"), ":*")] = true
		}
	}
	key := d.storage.Resources[d.only(t, d.storage, "AWS::KMS::Key", "StorageServiceKey")]
	for _, s := range d.statements(t, key.Properties["KeyPolicy"]) {
		if s.Sid != "LogGroups" {
			continue
		}
		named := list(s.Condition["ArnEquals"].(map[string]any)["kms:EncryptionContext:aws:logs:arn"])
		for _, arn := range named {
			if !groups[arn] {
				t.Errorf("the service key is for the log group %s, which is not there", arn)
			}
		}
		if len(named) != len(groups) {
			t.Errorf("the service key is for %d log groups of %d", len(named), len(groups))
		}
	}
}

// TestServiceKeyIsTheSameWhateverIsSet: an update changes the key's policy
// before it deletes what the settings do not ask for any more, and the deletion
// of the signing key still has to decrypt its secret.
func TestServiceKeyIsTheSameWhateverIsSet(t *testing.T) {
	key := func(d deployment) string {
		return asJSON(t, d.storage.Resources[d.only(t, d.storage, "AWS::KMS::Key", "StorageServiceKey")].Properties)
	}
	if without, with := key(dev(t)), key(edge(t)); without != with {
		t.Errorf("the service key of one delivery is\n\t%s, of the other\n\t%s", without, with)
	}
}
