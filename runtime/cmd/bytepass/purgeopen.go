package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/catalog/dynamodb"
	"github.com/bytepass/bytepass/runtime/provision/onprem"
	"github.com/bytepass/bytepass/runtime/server"
)

// opened is where to erase.
type opened struct {
	client  *s3.Client
	bucket  string
	catalog catalog.Eraser
	close   func() error
	// oneByOne: the gateway of Ceph 16 dies of a request to delete several
	// objects of a bucket that has notifications.
	oneByOne bool
}

// open reaches the store and the catalog.
func (p *purging) open(ctx context.Context, cfg server.Config) (opened, error) {
	if p.onAWS() {
		sdk, err := p.sdk(ctx)
		if err != nil {
			return opened{}, err
		}
		return opened{
			client: s3.NewFromConfig(sdk), bucket: p.bucket, catalog: dynamodb.New(awsdynamodb.NewFromConfig(sdk), p.table, time.Now),
			close: func() error { return nil },
		}, nil
	}
	s, err := server.OpenStorage(ctx, cfg)
	if err != nil {
		return opened{}, err
	}
	o := opened{client: s.Client, bucket: s.Bucket, catalog: s.Catalog, close: s.Close}
	if cfg.S3.Endpoint != "" {
		kind, err := onprem.Recognise(ctx, storeClient(), cfg.S3.Endpoint)
		if err != nil {
			return opened{}, errors.Join(fmt.Errorf("the store does not answer: %w", err), s.Close())
		}
		o.oneByOne = kind == onprem.Ceph
	}
	return o, nil
}
