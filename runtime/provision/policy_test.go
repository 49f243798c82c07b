package provision

import (
	"encoding/json"
	"testing"
)

func TestPoliciesOfTheSameMeaning(t *testing.T) {
	const one = `{"Statement":[
		{"Sid":"A","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["r1","r2"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},
		{"Sid":"B","Effect":"Allow","Principal":{"AWS":["111122223333","arn:aws:iam::444455556666:role/x"]},"Action":["s3:GetObject","s3:PutObject"],"Resource":"r1"}]}`
	for name, tc := range map[string]struct {
		other string
		same  bool
	}{
		"another spelling": {`{"Id":"x","Statement":[
			{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::444455556666:role/x","arn:aws:iam::111122223333:root"]},"Action":["S3:putobject","s3:GetObject"],"Resource":["r1"]},
			{"Effect":"Deny","Principal":{"AWS":["*"]},"Action":["s3:*"],"Resource":["r2","r1"],"Condition":{"Bool":{"AWS:securetransport":["false"]}}}]}`, true},
		"another action":        {`{"Statement":[{"Sid":"A","Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":["r1","r2"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`, false},
		"one that stands alone": {`{"Statement":{"Sid":"A","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["r1","r2"]}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := parsePolicy([]byte(one))
			if err != nil {
				t.Fatal(err)
			}
			b, err := parsePolicy([]byte(tc.other))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(canonicalJSON(normalPolicy(a))) == string(canonicalJSON(normalPolicy(b))); got != tc.same {
				t.Errorf("the same meaning: %v\n%s\n%s", got, canonicalJSON(normalPolicy(a)), canonicalJSON(normalPolicy(b)))
			}
		})
	}
	if _, err := parsePolicy([]byte(`{"Statement":"x"}`)); err == nil {
		t.Error("a statement that is a text is taken")
	}
}

func TestMovePolicy(t *testing.T) {
	var s Statement
	if err := json.Unmarshal([]byte(`{"Resource":["arn:aws:s3:::files","arn:aws:s3:::files/*","arn:aws:s3:::files2/*"],"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::files"}}}`), &s); err != nil {
		t.Fatal(err)
	}
	const want = `[{"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::other"}},"Resource":["arn:aws:s3:::other","arn:aws:s3:::other/*","arn:aws:s3:::files2/*"]}]`
	if got, _ := json.Marshal(movePolicy([]Statement{s}, "files", "other")); string(got) != want {
		t.Errorf("got %s", got)
	}
	if s["Resource"].([]any)[0] != "arn:aws:s3:::files" {
		t.Error("the original has changed")
	}
}

// A number in a template is the text that a store gives back, of any size.
func TestNumbersAreTheirText(t *testing.T) {
	statements := func(age string) []Statement {
		all, err := parsePolicy([]byte(`{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"NumericGreaterThan":{"s3:signatureAge":` + age + `}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if !sameStatement(statements("2700000")[0], statements(`"2700000"`)[0]) || !sameStatement(statements("[0.5]")[0], statements(`"0.5"`)[0]) {
		t.Errorf("%s is not its text", canonicalJSON(normalPolicy(statements("2700000"))))
	}
}
