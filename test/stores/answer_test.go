package stores

import (
	"errors"
	"fmt"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// answer returns what a store said to a request of the SDK: "ok", or a status
// and S3's code for what is wrong.
func answer(err error) string {
	if err == nil {
		return "ok"
	}
	var api smithy.APIError
	var res *awshttp.ResponseError
	if errors.As(err, &api) && errors.As(err, &res) {
		return fmt.Sprint(res.HTTPStatusCode(), " ", api.ErrorCode())
	}
	return err.Error()
}
