package stacks_test

import (
	"strings"
	"testing"
)

// Conditions as the lines of rights show them.
const (
	throughS3      = ` if {"StringEquals":{"kms:EncryptionContext:aws:s3:arn":"BUCKET","kms:ViaService":"s3.eu-central-1.amazonaws.com"}}`
	throughTable   = ` if {"StringEquals":{"kms:EncryptionContext:aws:dynamodb:tableName":"bytepass-dev-catalog","kms:ViaService":"dynamodb.eu-central-1.amazonaws.com"}}`
	throughSecret  = ` if {"StringEquals":{"kms:EncryptionContext:SecretARN":"SECRET","kms:ViaService":"secretsmanager.eu-central-1.amazonaws.com"}}`
	throughQueue   = ` if {"StringEquals":{"kms:ViaService":"sqs.eu-central-1.amazonaws.com"}}`
	onObjects      = "Allow %s on BUCKET/g/*\nAllow %s on BUCKET/u/*"
	everyFunction  = "Allow logs:CreateLogStream on LOGS OF %s:log-stream:*\nAllow logs:PutLogEvents on LOGS OF %s:log-stream:*\nAllow xray:PutTelemetryRecords on *\nAllow xray:PutTraceSegments on *"
	encryptObjects = "Allow kms:Decrypt on OBJECT-KEY" + throughS3 + "\nAllow kms:GenerateDataKey on OBJECT-KEY" + throughS3
	decryptObjects = "Allow kms:Decrypt on OBJECT-KEY" + throughS3
	decryptTable   = "Allow kms:Decrypt on SERVICE-KEY" + throughTable
)

// rights is who may do what, to the letter: role by role everything, so that
// whatever is added shows here.
var rights = []struct {
	role string
	may  []string
}{
	{"UploadSigner", []string{on(onObjects, "s3:PutObject"), encryptObjects}},
	{"DownloadSigner", []string{on(onObjects, "s3:GetObject"), on(onObjects, "s3:GetObjectVersion"), decryptObjects}},
	{"Upload", []string{
		on(everyFunction, "upload"),
		"Allow sts:AssumeRole on role UploadSigner",
		on(onObjects, "s3:PutObject"), on(onObjects, "s3:ListMultipartUploadParts"), on(onObjects, "s3:AbortMultipartUpload"), on(onObjects, "s3:GetObject"),
		"Allow s3:ListBucketMultipartUploads on BUCKET", "Allow s3:ListBucket on BUCKET",
		encryptObjects,
	}},
	{"Files", []string{
		on(everyFunction, "files"),
		"Allow sts:AssumeRole on role DownloadSigner",
		on(onObjects, "s3:DeleteObject"),
		"Allow s3:ListBucketVersions on BUCKET",
		"Allow dynamodb:GetItem on TABLE",
		"Allow dynamodb:Query on TABLE/index/views",
		decryptTable,
	}},
	{"Restore", []string{
		on(everyFunction, "restore"),
		on(onObjects, "s3:DeleteObjectVersion"), on(onObjects, "s3:GetObjectVersion"), on(onObjects, "s3:PutObject"),
		"Allow s3:ListBucketVersions on BUCKET",
		encryptObjects,
	}},
	{"Ingest", []string{
		on(everyFunction, "ingest"),
		on(onObjects, "s3:GetObject"), on(onObjects, "s3:DeleteObject"),
		"Allow s3:ListBucket on BUCKET",
		decryptObjects,
		"Allow dynamodb:GetItem on TABLE",
		"Allow dynamodb:PutItem on TABLE",
		decryptTable,
		"Allow sqs:DeleteMessage on QUEUE", "Allow sqs:GetQueueAttributes on QUEUE", "Allow sqs:ReceiveMessage on QUEUE",
		"Allow kms:Decrypt on SERVICE-KEY" + throughQueue,
	}},
	{"LogReader", []string{"Allow s3:GetObject on LOGS/*", "Allow s3:ListBucket on LOGS"}},
	{"EmptyBucket", []string{
		on(everyFunction, "emptybucket"),
		"Allow s3:ListBucketVersions on BUCKET", "Allow s3:ListBucketVersions on LOGS",
		"Allow s3:DeleteObject on BUCKET/*", "Allow s3:DeleteObject on LOGS/*",
		"Allow s3:DeleteObjectVersion on BUCKET/*", "Allow s3:DeleteObjectVersion on LOGS/*",
		"Allow cloudformation:DescribeStacks on arn:aws:cloudformation:eu-central-1:111122223333:stack/this/1",
	}},
}

func on(lines, what string) string { return strings.ReplaceAll(lines, "%s", what) }

// rightsAtEdge is what differs where downloads come from CloudFront.
var rightsAtEdge = map[string][]string{
	"DownloadSigner": nil, // there is none
	"Files": {
		on(everyFunction, "files"),
		"Allow secretsmanager:GetSecretValue on SECRET",
		"Allow kms:Decrypt on SERVICE-KEY" + throughSecret,
		on(onObjects, "s3:DeleteObject"),
		"Allow s3:ListBucketVersions on BUCKET",
		"Allow dynamodb:GetItem on TABLE",
		"Allow dynamodb:Query on TABLE/index/views",
		decryptTable,
	},
	"DeliverySigningKey": {
		on(everyFunction, "signingkey"),
		"Allow secretsmanager:GetSecretValue on SECRET", "Allow secretsmanager:PutSecretValue on SECRET", "Allow secretsmanager:UpdateSecretVersionStage on SECRET",
		"Allow kms:Decrypt on SERVICE-KEY" + throughSecret, "Allow kms:GenerateDataKey on SERVICE-KEY" + throughSecret,
		"Allow cloudfront:CreateKeyGroup on *", "Allow cloudfront:GetKeyGroup on *", "Allow cloudfront:ListKeyGroups on *", "Allow cloudfront:UpdateKeyGroup on *", "Allow cloudfront:DeleteKeyGroup on *",
		"Allow cloudfront:CreatePublicKey on *", "Allow cloudfront:GetPublicKey on *", "Allow cloudfront:ListPublicKeys on *", "Allow cloudfront:DeletePublicKey on *",
	},
}

func TestRightsAtTheEdge(t *testing.T) {
	d := edge(t)
	roles := 0
	for _, test := range rights {
		may, differs := rightsAtEdge[test.role]
		if !differs {
			may = test.may
		}
		if may == nil {
			continue
		}
		roles++
		compare(t, "the role "+test.role, d.lines(t, d.rights(t, d.role(t, test.role))), strings.Split(strings.Join(may, "\n"), "\n"))
	}
	compare(t, "the role SigningKey", d.lines(t, d.rights(t, d.role(t, "DeliverySigningKey"))), strings.Split(strings.Join(rightsAtEdge["DeliverySigningKey"], "\n"), "\n"))
	if got := len(d.storage.ofType("AWS::IAM::Role")); got != roles+1 {
		t.Errorf("there are %d roles, %d are described here", got, roles+1)
	}
}

func TestRights(t *testing.T) {
	d := dev(t)
	for _, test := range rights {
		compare(t, "the role "+test.role, d.lines(t, d.rights(t, d.role(t, test.role))), strings.Split(strings.Join(test.may, "\n"), "\n"))
	}
	if got := len(d.storage.ofType("AWS::IAM::Role")); got != len(rights) {
		t.Errorf("there are %d roles, %d are described here", got, len(rights))
	}
	if roles := append(d.api.ofType("AWS::IAM::Role"), d.api.ofType("AWS::IAM::Policy")...); len(roles) > 0 {
		t.Errorf("the api stack makes roles or policies of its own: %v", roles)
	}
}

// TestTrust: who may become whom.
func TestTrust(t *testing.T) {
	d := dev(t)
	for role, want := range map[string]string{
		"UploadSigner":   d.attribute(t, d.role(t, "Upload"), "Arn"),
		"DownloadSigner": d.attribute(t, d.role(t, "Files"), "Arn"),
		"Upload":         "lambda.amazonaws.com",
		"Files":          "lambda.amazonaws.com",
		"Restore":        "lambda.amazonaws.com",
		"Ingest":         "lambda.amazonaws.com",
		"EmptyBucket":    "lambda.amazonaws.com",
		"LogReader":      "arn:aws:iam::" + account + ":root",
	} {
		trust := d.statements(t, d.storage.Resources[d.role(t, role)].Properties["AssumeRolePolicyDocument"])
		if len(trust) != 1 || trust[0].Effect != "Allow" || len(trust[0].Action) != 1 || trust[0].Action[0] != "sts:AssumeRole" {
			t.Errorf("the trust of %s is %+v", role, trust)
			continue
		}
		principal, _ := trust[0].Principal.(map[string]any)
		if len(principal) != 1 || principal["AWS"] != any(want) && principal["Service"] != any(want) {
			t.Errorf("the role %s trusts %v, not %s alone", role, trust[0].Principal, want)
		}
	}
}

// TestEachFunctionHasItsRole: functions take their own role over, and only
// what their code reads from the environment.
func TestEachFunctionHasItsRole(t *testing.T) {
	d := dev(t)
	for function, environment := range map[string]string{
		"Upload":  "BUCKET OWNER_CLAIM GROUPS_CLAIM REQUIRE_SCOPES SCOPE_PREFIX MAX_SIZE ALLOWED_TYPES UPLOAD_URL_SECONDS PUT_SECONDS PART_SECONDS GET_SECONDS UPLOAD_SIGNER_ROLE",
		"Files":   "BUCKET OWNER_CLAIM GROUPS_CLAIM REQUIRE_SCOPES SCOPE_PREFIX MAX_SIZE ALLOWED_TYPES UPLOAD_URL_SECONDS PUT_SECONDS PART_SECONDS GET_SECONDS DOWNLOAD_SIGNER_ROLE TABLE",
		"Restore": "BUCKET OWNER_CLAIM GROUPS_CLAIM REQUIRE_SCOPES SCOPE_PREFIX MAX_SIZE ALLOWED_TYPES UPLOAD_URL_SECONDS PUT_SECONDS PART_SECONDS GET_SECONDS",
		"Ingest":  "BUCKET TABLE TOMBSTONE_DAYS",
	} {
		p := d.resolve(t, d.api.Resources[d.only(t, d.api, "AWS::Lambda::Function", "Api"+function)].Properties).(map[string]any)
		if want := d.attribute(t, d.role(t, function), "Arn"); p["Role"] != want {
			t.Errorf("the function %s has the role %v", function, p["Role"])
		}
		variables, _ := p["Environment"].(map[string]any)["Variables"].(map[string]any)
		names := strings.Fields(environment)
		for _, name := range names {
			if _, ok := variables["BYTEPASS_"+name].(string); !ok {
				t.Errorf("the function %s is not told BYTEPASS_%s", function, name)
			}
		}
		if len(variables) != len(names) {
			t.Errorf("the function %s is told %d things, not %d: %v", function, len(variables), len(names), variables)
		}
	}
}
