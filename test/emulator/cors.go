package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// MendCORS gives the deployed HTTP APIs the CORS settings of their templates:
// CloudFormation sets them, the emulator's forgets to.
func (e *Emulator) MendCORS(ctx context.Context, app string) error {
	return eachTemplate(app, func(file string, template map[string]any) error {
		for _, r := range resources(template) {
			cors, ok := r.properties["CorsConfiguration"].(map[string]any)
			if r.kind != "AWS::ApiGatewayV2::Api" || !ok {
				continue
			}
			id, err := e.physicalID(ctx, stackOf(file), r.id)
			if err != nil {
				return err
			}
			body, err := json.Marshal(map[string]any{"corsConfiguration": lowerNames(cors)})
			if err != nil {
				return err
			}
			if _, err := e.call(ctx, "apigateway", "PATCH", "/v2/apis/"+id, "application/json", body); err != nil {
				return err
			}
		}
		return nil
	})
}

// physicalID returns what a resource is called in the account.
func (e *Emulator) physicalID(ctx context.Context, stack, logicalID string) (string, error) {
	out, err := cloudformation.NewFromConfig(e.Admin()).DescribeStackResource(ctx, &cloudformation.DescribeStackResourceInput{
		StackName: aws.String(stack), LogicalResourceId: aws.String(logicalID),
	})
	if err != nil {
		return "", fmt.Errorf("%s of stack %s: %w", logicalID, stack, err)
	}
	return aws.ToString(out.StackResourceDetail.PhysicalResourceId), nil
}

// lowerNames turns the template's spelling of names into the API's: AllowOrigins
// into allowOrigins.
func lowerNames(properties map[string]any) map[string]any {
	lower := make(map[string]any, len(properties))
	for name, value := range properties {
		lower[strings.ToLower(name[:1])+name[1:]] = value
	}
	return lower
}
