package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/spf13/cobra"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/catalog/dynamodb"
	"github.com/bytepass/bytepass/runtime/config"
	"github.com/bytepass/bytepass/runtime/ingest"
	"github.com/bytepass/bytepass/runtime/server"
)

const reconcileExamples = `  # a data folder, whether bytepass serve runs on it or not
  bytepass reconcile --data data

  # a store and a database of yours, with the settings of bytepass serve
  bytepass reconcile --config /etc/bytepass/bytepass.yaml

  # a deployment on AWS, with the credentials and region of the AWS CLI
  bytepass reconcile --bucket bytepass-prod-111122223333-eu-west-1-an --table bytepass-prod-Catalog`

// reconcile mends a catalog by its bucket.
type reconcile struct {
	storage
	days int
}

func newReconcile() *cobra.Command {
	r := &reconcile{}
	c := &cobra.Command{
		Use:   "reconcile",
		Short: "Compare the catalog with the bucket and mend the catalog",
		Long: `Compare the whole catalog with the whole bucket and mend the catalog; the
bucket is never changed. It rebuilds a catalog that was lost, and finds what
lost events would have told. It may run at any time, beside everything else.

It takes the settings of bytepass serve, also from its file and its variables,
and needs those that say where catalog and store are.`,
		Example: reconcileExamples,
		Args:    noArguments,
		RunE:    r.run,
	}
	f := c.Flags()
	r.flags(f)
	f.IntVar(&r.days, "tombstone-days", 150, "on AWS: days that the catalog remembers a deleted key, as the stacks have set them")
	config.Apart(f, "tombstone-days")
	return c
}

func (r *reconcile) run(c *cobra.Command, _ []string) error {
	cfg, err := r.load(c)
	if err != nil {
		return err
	}
	if r.days < 1 {
		return usageError{errors.New("--tombstone-days: write at least 1")}
	}
	progress := func(n ingest.Counts) {
		cfg.Log.Info("reconciling", "records", n.Records, "objects", n.Keys, "mended", n.Changed, "failed", n.Failed)
	}
	start := time.Now()
	sweep := server.Reconcile
	if r.onAWS() {
		sweep = r.sweepAWS
	}
	counts, err := sweep(c.Context(), cfg, progress)
	if err != nil {
		return asWritten(err, r.settings)
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s and %s compared in %v, %s mended\n", count(counts.Records, "record"), count(counts.Keys, "object"), time.Since(start).Round(time.Millisecond), count(counts.Changed, "record"))
	return err
}

// sweepAWS reconciles a table with a bucket by the credentials of the environment.
func (r *reconcile) sweepAWS(ctx context.Context, settings server.Config, progress func(ingest.Counts)) (ingest.Counts, error) {
	cfg, err := r.sdk(ctx)
	if err != nil {
		return ingest.Counts{}, err
	}
	objects := bucket.New(s3.NewFromConfig(cfg), r.bucket)
	projector := ingest.New(ingest.Config{
		Bucket:  objects,
		Catalog: dynamodb.New(awsdynamodb.NewFromConfig(cfg), r.table, time.Now),
		Name:    r.bucket, Keep: time.Duration(r.days) * 24 * time.Hour, Log: settings.Log, Now: settings.Now,
	})
	return projector.Reconcile(ctx, objects, ingest.Sweep{Progress: progress})
}
