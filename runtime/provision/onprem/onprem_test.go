package onprem

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/bytepass/bytepass/runtime/provision"
)

func TestRecognise(t *testing.T) {
	for name, tc := range map[string]struct {
		headers map[string]string
		kind    Kind
	}{
		"MinIO":      {map[string]string{"Server": "MinIO"}, MinIO},
		"SeaweedFS":  {map[string]string{"Server": "SeaweedFS 8000GB 4.48"}, SeaweedFS},
		"versitygw":  {map[string]string{"Server": "VERSITYGW"}, VersityGW},
		"Ceph":       {map[string]string{"X-Amz-Request-Id": "tx000007f4b9aef7c25228b-006b02ed4a-1014-default"}, Ceph},
		"later Ceph": {map[string]string{"Server": "Ceph Object Gateway (squid)"}, Ceph},
		"AWS":        {map[string]string{"Server": "AmazonS3", "X-Amz-Request-Id": "4442587FB7D0A2F9"}, Other},
		"a proxy":    {map[string]string{"Server": "nginx"}, Other},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for key, value := range tc.headers {
					w.Header().Set(key, value)
				}
				w.WriteHeader(http.StatusForbidden)
			}))
			defer server.Close()
			if kind, err := Recognise(t.Context(), server.Client(), server.URL); kind != tc.kind || err != nil {
				t.Errorf("%s, %v; want %s", kind, err, tc.kind)
			}
		})
	}
	if _, err := Recognise(t.Context(), http.DefaultClient, "http://127.0.0.1:1"); err == nil {
		t.Error("nobody answers, and nobody says so")
	}
	if _, err := Parse("minoi"); err == nil || !strings.Contains(err.Error(), "seaweedfs") {
		t.Errorf("a kind that is none: %v", err)
	}
}

func TestPolicies(t *testing.T) {
	users := Users{Server: "s", Signer: "u"}
	for _, kind := range Kinds() {
		first, err := kind.Policies("files", users, 15*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		second, err := kind.Policies("files", users, 15*time.Minute)
		if err != nil || string(first["s"]) != string(second["s"]) || len(first) != 2 {
			t.Errorf("%s: not the same twice (%v)", kind, err)
		}
		var signer struct {
			Statement []struct {
				Effect string
				Action []string
			}
		}
		if err := json.Unmarshal(first["u"], &signer); err != nil || strings.Join(signer.Statement[0].Action, " ") != "s3:GetObject s3:GetObjectVersion s3:PutObject" {
			t.Errorf("%s: the signer may %s (%v)", kind, first["u"], err)
		}
		if minIO := strings.Contains(string(first["u"]), `"900000"`); minIO != (kind == MinIO) {
			t.Errorf("%s: the signer's policy bounds the age of signatures: %v", kind, minIO)
		}
	}
}

func TestOldestSignatureIsTheTemplates(t *testing.T) {
	s, err := provision.Read(provision.Default(), provision.Values{Bucket: "files", Region: "us-east-1", Account: "000000000000"})
	if err != nil {
		t.Fatal(err)
	}
	if got := OldestSignature(s); got != 15*time.Minute {
		t.Errorf("%v", got)
	}
	for _, age := range []any{float64(2700000), "2700000", []any{"2700000"}} {
		s := provision.Settings{Policy: []provision.Statement{{"Effect": "Deny", "Condition": map[string]any{"NumericGreaterThan": map[string]any{"s3:signatureAge": age}}}}}
		if got := OldestSignature(s); got != 45*time.Minute {
			t.Errorf("of %v: %v", age, got)
		}
	}
	if got := OldestSignature(provision.Settings{}); got != 0 {
		t.Errorf("of no policy: %v", got)
	}
}

// Every store has its steps, none of which holds a secret or is for another.
func TestSteps(t *testing.T) {
	site := Site{Endpoint: "https://s3.example", Bucket: "files", Users: Users{Server: "s", Signer: "u"}, Policies: "p", Webhook: "https://files.example/events"}
	tool := map[Kind]string{MinIO: "mc admin", Ceph: "radosgw-admin", SeaweedFS: "weed shell", VersityGW: "versitygw admin", Other: ""}
	for _, kind := range Kinds() {
		text, err := json.Marshal(kind.Steps(site))
		if err != nil || !strings.Contains(string(text), tool[kind]) || len(text) < 20 {
			t.Errorf("%s: %s (%v)", kind, text, err)
		}
	}
}

// Who is named in a policy that versitygw has taken is there, and not to be made
// again; Ceph takes any name.
func TestStepsOfUsersThatAreThere(t *testing.T) {
	site := Site{Endpoint: "https://s3.example", Bucket: "files", Users: Users{Server: "s", Signer: "u"}}
	for kind, want := range map[Kind][2]int{VersityGW: {2, 0}, Ceph: {2, 2}} {
		for i, named := range []bool{false, true} {
			site.Named = named
			if got := len(kind.Steps(site)); got != want[i] {
				t.Errorf("%s, named %v: %d steps, want %d", kind, named, got, want[i])
			}
		}
	}
}

// Every store says what stands in for the statements about signers, which are
// about roles of AWS.
func TestStandInsForSigners(t *testing.T) {
	for _, kind := range Kinds() {
		says := kind.StandIns()
		if signer := says["policy/SignersOnlyPresign"]; strings.Contains(signer, "worth nothing in a header") != (kind == MinIO) || says["policy/OnlySignersPresign"] == "" {
			t.Errorf("%s: %q", kind, says)
		}
	}
}

// TestTopics talks to what answers like Ceph 16; test/provision has the real one.
func TestTopics(t *testing.T) {
	var asked []string
	answer, status := "", http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, string(body)+" "+r.Header.Get("Authorization"))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	topics := Topics{
		Endpoint: server.URL, Region: "us-east-1", HTTP: server.Client(), Now: time.Now,
		Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
	}
	hook := Webhook{URL: "http://files.example/events", Secret: "0123456789abcdef"}

	answer = `<ListTopicsResponse><ListTopicsResult><Topics><member><Name>other</Name><TopicArn>arn:o</TopicArn></member>` +
		`<member><Name>bytepass-files</Name><TopicArn>arn:t</TopicArn><EndPoint><EndpointAddress>http://files.example/events/0123456789abcdef</EndpointAddress><EndpointArgs>persistent=true&amp;push-endpoint=x</EndpointArgs></EndPoint></member></Topics></ListTopicsResult></ListTopicsResponse>`
	if arn, right, err := topics.Find(t.Context(), "files", hook); arn != "arn:t" || !right || err != nil {
		t.Errorf("%s %v %v", arn, right, err)
	}
	if _, right, _ := topics.Find(t.Context(), "files", Webhook{URL: "http://elsewhere.example", Secret: hook.Secret}); right {
		t.Error("a topic that goes elsewhere is right")
	}
	answer = `<CreateTopicResponse><CreateTopicResult><TopicArn>arn:new</TopicArn></CreateTopicResult></CreateTopicResponse>`
	if arn, err := topics.Make(t.Context(), "files", hook); arn != "arn:new" || err != nil {
		t.Errorf("%s %v", arn, err)
	}
	if last := asked[len(asked)-1]; !strings.Contains(last, url.QueryEscape(hook.full())) || !strings.Contains(last, "us-east-1/sns/aws4_request") {
		t.Errorf("asked %s", last)
	}
	answer, status = `<ErrorResponse><Code>AccessDenied</Code></ErrorResponse>`, http.StatusForbidden
	_, err := topics.Make(t.Context(), "files", hook)
	if err == nil || !strings.Contains(err.Error(), "403") || strings.Contains(err.Error(), hook.Secret) {
		t.Errorf("refused: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := topics.Make(ctx, "files", hook); err == nil || strings.Contains(err.Error(), hook.Secret) {
		t.Errorf("interrupted: %v", err)
	}
}
