package stacks_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestRoutes: the whole API to the letter, which function answers, and that
// each route but the public three carries the authorizer.
func TestRoutes(t *testing.T) {
	d := dev(t)
	authorizer := d.only(t, d.api, "AWS::ApiGatewayV2::Authorizer", "ApiHttpIssuer")
	var got []string
	for _, id := range d.api.ofType("AWS::ApiGatewayV2::Route") {
		p := d.resolve(t, d.api.Resources[id].Properties).(map[string]any)
		line := p["RouteKey"].(string) + " → " + d.functionOf(t, p["Target"].(string))
		switch {
		case p["AuthorizationType"] == "JWT" && p["AuthorizerId"] == authorizer:
		case p["AuthorizationType"] == "NONE" && p["AuthorizerId"] == nil:
			line += ", public"
		default:
			t.Errorf("%s is authorized by %v and %v", line, p["AuthorizationType"], p["AuthorizerId"])
		}
		got = append(got, line)
	}
	slices.Sort(got)
	compare(t, "the API", got, []string{
		"POST /api/files/{proxy+} → Upload", "POST /api/presign → Upload", "POST /api/upload-url → Upload",
		"POST /api/uploads → Upload", "GET /api/uploads → Upload",
		"GET /api/uploads/{uploadId} → Upload", "DELETE /api/uploads/{uploadId} → Upload",
		"POST /api/uploads/{uploadId}/parts → Upload", "POST /api/uploads/{uploadId}/complete → Upload",
		"GET /s3/params → Upload", "POST /s3/multipart → Upload",
		"GET /s3/multipart/{uploadId} → Upload", "DELETE /s3/multipart/{uploadId} → Upload",
		"GET /s3/multipart/{uploadId}/{partNumber} → Upload", "POST /s3/multipart/{uploadId}/complete → Upload",
		"POST /s3/sign → Upload", "POST /s3/object → Upload", "GET /s3/object → Upload", "DELETE /s3/object → Upload",
		"GET /api/files → Files", "DELETE /api/files → Files", "GET /api/folders → Files", "GET /api/file → Files",
		"GET /api/trash → Files", "GET /api/rejected → Files", "GET /api/versions → Files",
		"POST /api/restore → Restore",
		"GET /openapi.json → Files, public", "GET /docs → Files, public", "GET /healthz → Files, public",
	})
}

// functionOf follows a route's target to the function.
func (d deployment) functionOf(t *testing.T, target string) string {
	t.Helper()
	id := strings.TrimPrefix(target, "integrations/")
	uri := d.property(t, d.api.Resources[id], "IntegrationUri")
	if format := d.property(t, d.api.Resources[id], "PayloadFormatVersion"); format != `"2.0"` {
		t.Errorf("%s has the payload format %s", id, format)
	}
	for _, name := range []string{"Upload", "Files", "Restore", "Ingest"} {
		if strings.Contains(uri, d.only(t, d.api, "AWS::Lambda::Function", "Api"+name)) {
			return name
		}
	}
	t.Fatalf("%s calls %s", id, uri)
	return ""
}

func TestAuthorizer(t *testing.T) {
	d := synth(t, map[string]any{"issuer": "https://login.example.org/realm/", "audience": "app,cli"})
	authorizer := d.api.Resources[d.only(t, d.api, "AWS::ApiGatewayV2::Authorizer", "ApiHttpIssuer")]
	if got := d.property(t, authorizer, "JwtConfiguration"); got != `{"Audience":["app","cli"],"Issuer":"https://login.example.org/realm/"}` {
		t.Errorf("the authorizer asks for %s", got)
	}
	if got := d.property(t, authorizer, "IdentitySource"); got != `["$request.header.Authorization"]` {
		t.Errorf("the token is taken from %s", got)
	}
}

// TestGatewayMayCallEachFunction: by route, and by nothing wider.
func TestGatewayMayCallEachFunction(t *testing.T) {
	d := dev(t)
	permissions := d.api.ofType("AWS::Lambda::Permission")
	for _, id := range permissions {
		source := d.property(t, d.api.Resources[id], "SourceArn")
		if d.property(t, d.api.Resources[id], "Principal") != `"apigateway.amazonaws.com"` || strings.HasSuffix(source, `/*/*"`) {
			t.Errorf("%s lets %s call", id, source)
		}
	}
	if routes := d.api.ofType("AWS::ApiGatewayV2::Route"); len(permissions) != len(routes) {
		t.Errorf("there are %d permissions for %d routes", len(permissions), len(routes))
	}
}

// TestStage: throttled as set, and logged without paths, queries and tokens.
func TestStage(t *testing.T) {
	d := synth(t, map[string]any{"throttleRate": "7", "throttleBurst": "9"})
	stage := d.api.Resources[d.only(t, d.api, "AWS::ApiGatewayV2::Stage", "ApiStage")]
	if got := d.property(t, stage, "DefaultRouteSettings"); got != `{"DetailedMetricsEnabled":true,"ThrottlingBurstLimit":9,"ThrottlingRateLimit":7}` {
		t.Errorf("the stage's settings are %s", got)
	}
	p := d.resolve(t, stage.Properties["AccessLogSettings"]).(map[string]any)
	if want := "arn:aws:logs:" + region + ":" + account + ":log-group:/aws/vendedlogs/bytepass-dev/api"; p["DestinationArn"] != want {
		t.Errorf("access logs go to %v", p["DestinationArn"])
	}
	var format map[string]string
	if err := json.Unmarshal([]byte(p["Format"].(string)), &format); err != nil {
		t.Fatalf("the access log's format is no JSON: %v", err)
	}
	if format["route"] != "$context.routeKey" || format["requestId"] == "" || format["status"] == "" {
		t.Errorf("the access log does not say what happened: %v", format)
	}
	for name, variable := range format {
		for _, never := range []string{"path", "query", "identity.user", "claims", "header"} {
			if strings.Contains(strings.ToLower(variable), never) {
				t.Errorf("the access log's %s is %s", name, variable)
			}
		}
	}
}

// TestFunctionsAnswerInTime: before the gateway gives up, which it does after 30 s.
func TestFunctionsAnswerInTime(t *testing.T) {
	d := dev(t)
	for name, least := range map[string]float64{"Upload": 26, "Files": 10, "Restore": 26} {
		function := d.api.Resources[d.only(t, d.api, "AWS::Lambda::Function", "Api"+name)]
		if timeout := function.Properties["Timeout"].(float64); timeout < least || timeout >= 30 {
			t.Errorf("the function %s may take %v s", name, timeout)
		}
	}
}

// TestIngest: events of exactly this bucket come through exactly this rule into
// the queue, and what fails alone comes back alone.
func TestIngest(t *testing.T) {
	d := dev(t)
	rule := d.api.Resources[d.only(t, d.api, "AWS::Events::Rule", "ApiObjectEvents")]
	if got := d.property(t, rule, "EventPattern"); got != `{"detail":{"bucket":{"name":["bytepass-dev-111122223333-eu-central-1-an"]}},"detail-type":["Object Created","Object Deleted"],"source":["aws.s3"]}` {
		t.Errorf("the rule listens to %s", got)
	}
	if got := d.property(t, rule, "Targets"); got != `[{"Arn":"QUEUE","DeadLetterConfig":{"Arn":"QUEUE-dead"},"Id":"ingest"}]` {
		t.Errorf("the rule sends to %s", got)
	}
	mapping := d.api.Resources[d.only(t, d.api, "AWS::Lambda::EventSourceMapping", "ApiTakeEvents")]
	if got := d.property(t, mapping, "FunctionResponseTypes"); got != `["ReportBatchItemFailures"]` {
		t.Errorf("a failure of one message is answered by %s", got)
	}
	if got := d.property(t, mapping, "ScalingConfig"); got != `{"MaximumConcurrency":10}` {
		t.Errorf("ingest scales to %s", got)
	}
	function := d.api.Resources[d.only(t, d.api, "AWS::Lambda::Function", "ApiIngest")]
	queue := d.api.Resources[d.only(t, d.api, "AWS::SQS::Queue", "ApiEvents")]
	if visible, timeout := queue.Properties["VisibilityTimeout"].(float64), function.Properties["Timeout"].(float64); visible < 6*timeout {
		t.Errorf("a message comes back after %v s while a try may take %v s", visible, timeout)
	}
	if got := d.property(t, queue, "RedrivePolicy"); got != `{"deadLetterTargetArn":"QUEUE-dead","maxReceiveCount":5}` {
		t.Errorf("dead letters: %s", got)
	}
	for _, id := range d.api.ofType("AWS::SQS::QueuePolicy") {
		for _, s := range d.statements(t, d.api.Resources[id].Properties["PolicyDocument"]) {
			source, _ := s.Condition["ArnEquals"].(map[string]any)
			if s.Effect == "Allow" && source["aws:SourceArn"] != "arn:aws:events:"+region+":"+account+":rule/bytepass-dev-objects" {
				t.Errorf("%s takes messages from %+v", id, s)
			}
		}
	}
}

// TestTable: as the catalog's DynamoDB engine expects it.
func TestTable(t *testing.T) {
	d := dev(t)
	table := d.api.Resources[d.only(t, d.api, "AWS::DynamoDB::Table", "ApiCatalog")]
	for _, test := range []struct{ path, want string }{
		{"BillingMode", `"PAY_PER_REQUEST"`},
		{"KeySchema", `[{"AttributeName":"space","KeyType":"HASH"},{"AttributeName":"key","KeyType":"RANGE"}]`},
		{"AttributeDefinitions", `[{"AttributeName":"space","AttributeType":"S"},{"AttributeName":"key","AttributeType":"S"},{"AttributeName":"view","AttributeType":"S"}]`},
		{"GlobalSecondaryIndexes", `[{"IndexName":"views","KeySchema":[{"AttributeName":"view","KeyType":"HASH"},{"AttributeName":"key","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]`},
		{"LocalSecondaryIndexes", `null`},
		{"TimeToLiveSpecification", `{"AttributeName":"expires","Enabled":true}`},
		{"PointInTimeRecoverySpecification", `{"PointInTimeRecoveryEnabled":true}`},
	} {
		if got := d.property(t, table, test.path); got != test.want {
			t.Errorf("%s is %s, not %s", test.path, got, test.want)
		}
	}
}

// TestOutputs: what a client needs.
func TestOutputs(t *testing.T) {
	d := dev(t)
	for name, want := range map[string]string{
		"BucketName":   "bytepass-dev-" + account + "-" + region + "-an",
		"Region":       region,
		"Issuer":       d.settings.Issuer,
		"Audience":     "bytepass",
		"CatalogTable": "bytepass-dev-catalog",
	} {
		if got := d.resolve(t, d.api.Outputs[name]["Value"]); got != want {
			t.Errorf("the output %s is %v, not %s", name, got, want)
		}
	}
	if got, _ := d.resolve(t, d.api.Outputs["ApiUrl"]["Value"]).(string); !strings.HasPrefix(got, "https://") {
		t.Errorf("the output ApiUrl is %s", got)
	}
	if got := d.resolve(t, d.storage.Outputs["Bucket"]["Value"]); got != d.resolve(t, d.api.Outputs["BucketName"]["Value"]) {
		t.Errorf("the bucket is called %v by its own stack", got)
	}
}

// TestContractIsRouted: every route of the contract is one of the gateway's,
// but the server's own.
func TestContractIsRouted(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	var contract struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(text, &contract); err != nil || len(contract.Paths) < 10 {
		t.Fatalf("the contract has %d paths: %v", len(contract.Paths), err)
	}
	d := dev(t)
	routed := map[string]bool{"GET /readyz": true}
	for _, id := range d.api.ofType("AWS::ApiGatewayV2::Route") {
		routed[d.api.Resources[id].Properties["RouteKey"].(string)] = true
	}
	for path, methods := range contract.Paths {
		for method := range methods {
			key := strings.ToUpper(method) + " " + strings.Replace(path, "{key}/presign", "{proxy+}", 1)
			if method != "parameters" && !routed[key] {
				t.Errorf("%s is in the contract and not at the gateway", key)
			}
		}
	}
}
