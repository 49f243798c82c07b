package stacks

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2authorizers"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2integrations"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
)

// accessLog is the name of the API's own log group.
const accessLog = "api"

// route is one route of the API. Every route names its method, never ANY or
// $default, so that the gateway answers preflights itself.
type route struct {
	method awsapigatewayv2.HttpMethod
	path   string
	to     string
	public bool
}

const (
	get  = awsapigatewayv2.HttpMethod_GET
	post = awsapigatewayv2.HttpMethod_POST
	del  = awsapigatewayv2.HttpMethod_DELETE
)

// routes is the whole API. A key cannot stand in the middle of a gateway's
// path, so /api/files/{key}/presign is the greedy one; package api checks its end.
// Upload ids are URL-safe, and can. The server's paths with a token in them,
// /u/<token>/s3/…, are not here: the authorizer reads no token from a path, and
// access logs of gateways hold paths. Clients that can send no header use
// POST /s3/sign.
var routes = []route{
	{post, "/api/files/{proxy+}", fnUpload, false},
	{post, "/api/presign", fnUpload, false},
	{post, "/api/upload-url", fnUpload, false},
	{post, "/api/uploads", fnUpload, false},
	{get, "/api/uploads", fnUpload, false},
	{get, "/api/uploads/{uploadId}", fnUpload, false},
	{del, "/api/uploads/{uploadId}", fnUpload, false},
	{post, "/api/uploads/{uploadId}/parts", fnUpload, false},
	{post, "/api/uploads/{uploadId}/complete", fnUpload, false},
	{get, "/s3/params", fnUpload, false},
	{post, "/s3/multipart", fnUpload, false},
	{get, "/s3/multipart/{uploadId}", fnUpload, false},
	{del, "/s3/multipart/{uploadId}", fnUpload, false},
	{get, "/s3/multipart/{uploadId}/{partNumber}", fnUpload, false},
	{post, "/s3/multipart/{uploadId}/complete", fnUpload, false},
	{post, "/s3/sign", fnUpload, false},
	{post, "/s3/object", fnUpload, false},
	{get, "/s3/object", fnUpload, false},
	{del, "/s3/object", fnUpload, false},
	{get, "/api/files", fnFiles, false},
	{del, "/api/files", fnFiles, false},
	{get, "/api/folders", fnFiles, false},
	{get, "/api/file", fnFiles, false},
	{get, "/api/trash", fnFiles, false},
	{get, "/api/rejected", fnFiles, false},
	{get, "/api/versions", fnFiles, false},
	{post, "/api/restore", fnRestore, false},
	{get, "/openapi.json", fnFiles, true},
	{get, "/docs", fnFiles, true},
	{get, "/healthz", fnFiles, true},
}

// newHTTPAPI makes the HTTP API with its authorizer, routes and stage.
func newHTTPAPI(api *API, p platform) {
	s := p.settings
	api.HTTP = awsapigatewayv2.NewHttpApi(api.Construct, jsii.String("Http"), &awsapigatewayv2.HttpApiProps{
		ApiName:            jsii.String(p.names.base),
		Description:        jsii.String("Bytepass: signs URLs, lists files"),
		CreateDefaultStage: jsii.Bool(false),
		CorsPreflight:      apiCORS(s.Origins),
	})
	authorizer := awsapigatewayv2authorizers.NewHttpJwtAuthorizer(jsii.String("Issuer"), api.Identity.Issuer,
		&awsapigatewayv2authorizers.HttpJwtAuthorizerProps{JwtAudience: jsii.Strings(api.Identity.Audience...)})
	public := awsapigatewayv2.NewHttpNoneAuthorizer()
	integrations := map[string]awsapigatewayv2.HttpRouteIntegration{}
	for name, f := range map[string]awslambda.Function{fnUpload: api.Upload, fnFiles: api.Files, fnRestore: api.Restore} {
		integrations[name] = awsapigatewayv2integrations.NewHttpLambdaIntegration(jsii.String(name), f, nil)
	}
	for _, r := range routes {
		options := &awsapigatewayv2.AddRoutesOptions{
			Path: jsii.String(r.path), Methods: &[]awsapigatewayv2.HttpMethod{r.method},
			Integration: integrations[r.to], Authorizer: authorizer,
		}
		if r.public {
			options.Authorizer = public
		}
		for _, made := range *api.HTTP.AddRoutes(options) {
			if r.public {
				accept(made, exception{rule: "AwsSolutions-APIG4", reason: "Public by design: the contract, its page and liveness say nothing about anybody's files."})
			}
		}
	}
	newStage(api, p)
}

// newStage makes the one stage, with throttles and access logs. They name the
// route and not the path: a path may hold a file's name.
func newStage(api *API, p platform) {
	logs := p.newLogGroup(api.Construct, "AccessLogs", accessLog, p.keep)
	stage := awsapigatewayv2.NewHttpStage(api.Construct, jsii.String("Stage"), &awsapigatewayv2.HttpStageProps{
		HttpApi:                api.HTTP,
		StageName:              jsii.String("$default"),
		AutoDeploy:             jsii.Bool(true),
		DetailedMetricsEnabled: jsii.Bool(true),
		Throttle: &awsapigatewayv2.ThrottleSettings{
			RateLimit: jsii.Number(p.settings.ThrottleRate), BurstLimit: jsii.Number(p.settings.ThrottleBurst),
		},
	})
	resource := stage.Node().DefaultChild().(awsapigatewayv2.CfnStage)
	resource.SetAccessLogSettings(&awsapigatewayv2.CfnStage_AccessLogSettingsProperty{
		DestinationArn: jsii.String(p.names.logGroupARN(accessLog)),
		Format:         jsii.String(accessLogFormat()),
	})
	resource.Node().AddDependency(logs)
}

// accessLogFormat is one JSON object a request (API Gateway developer guide,
// "Customize HTTP API access logs").
func accessLogFormat() string {
	fields := map[string]string{
		"time":               "$context.requestTimeEpoch",
		"requestId":          "$context.requestId",
		"functionRequestId":  "$context.awsEndpointRequestId",
		"ip":                 "$context.identity.sourceIp",
		"route":              "$context.routeKey",
		"status":             "$context.status",
		"responseBytes":      "$context.responseLength",
		"latencyMs":          "$context.responseLatency",
		"integrationMs":      "$context.integrationLatency",
		"integrationStatus":  "$context.integrationStatus",
		"integrationError":   "$context.integrationErrorMessage",
		"authorizerError":    "$context.authorizer.error",
		"gatewayErrorType":   "$context.error.responseType",
		"gatewayErrorReason": "$context.error.message",
	}
	format, err := json.Marshal(fields) // keys are sorted
	if err != nil {
		panic("stacks: strings cannot fail to encode: " + err.Error())
	}
	return string(format)
}

func apiCORS(origins []string) *awsapigatewayv2.CorsPreflightOptions {
	if len(origins) == 0 {
		return nil
	}
	return &awsapigatewayv2.CorsPreflightOptions{
		AllowOrigins:  jsii.Strings(origins...),
		AllowMethods:  &[]awsapigatewayv2.CorsHttpMethod{awsapigatewayv2.CorsHttpMethod_GET, awsapigatewayv2.CorsHttpMethod_POST, awsapigatewayv2.CorsHttpMethod_DELETE},
		AllowHeaders:  jsii.Strings("authorization", "content-type", "x-request-id"),
		ExposeHeaders: jsii.Strings("link", "retry-after", "x-request-id"),
		MaxAge:        awscdk.Duration_Hours(jsii.Number(1)),
	}
}
