// Command signingkey is the function that makes and rotates the key pair for
// CloudFront's signed URLs. Package signingkey says what it does, what it
// needs and what an operator should know; this only wires it.
package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/bytepass/bytepass/runtime/signingkey"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	handler, err := wire(context.Background(), log)
	if err != nil {
		log.Error("signingkey cannot start", "error", err)
		os.Exit(1)
	}
	lambda.Start(handler.Invoke)
}

func wire(ctx context.Context, log *slog.Logger) (signingkey.Handler, error) {
	sdk, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return signingkey.Handler{}, err
	}
	manager, err := signingkey.New(signingkey.Config{
		CloudFront: cloudfront.NewFromConfig(sdk),
		Secrets:    secretsmanager.NewFromConfig(sdk),
		Now:        time.Now,
		Sleep:      sleep,
		Log:        log,
	})
	return signingkey.Handler{Manager: manager}, err
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
