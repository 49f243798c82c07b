package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/spf13/cobra"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/catalog/dynamodb"
	"github.com/bytepass/bytepass/runtime/ingest"
	"github.com/bytepass/bytepass/runtime/server"
)

const reconcileExamples = `  # a data folder, whether bytepass serve runs on it or not
  bytepass reconcile --data data

  # a deployment on AWS, with the credentials and region of the AWS CLI
  bytepass reconcile --bucket bytepass-prod-111122223333-eu-west-1-an --table bytepass-prod-Catalog`

// reconcile mends a catalog by its bucket.
type reconcile struct {
	data     string
	database string
	bucket   string
	table    string
	days     int
}

func newReconcile() *cobra.Command {
	r := &reconcile{}
	c := &cobra.Command{
		Use:   "reconcile",
		Short: "Compare the catalog with the bucket and mend the catalog",
		Long: `Compare the whole catalog with the whole bucket and mend the catalog; the
bucket is never changed. It rebuilds a catalog that was lost, and finds what
lost events would have told. It may run at any time, beside everything else.`,
		Example: reconcileExamples,
		Args:    noArguments,
		RunE:    r.run,
	}
	f := c.Flags()
	f.StringVar(&r.data, "data", "", "data folder of bytepass serve")
	f.StringVar(&r.database, "database", "", "the one that bytepass serve has, if any, together with --data")
	f.StringVar(&r.bucket, "bucket", "", "bucket on AWS, together with --table")
	f.StringVar(&r.table, "table", "", "DynamoDB table that holds the catalog, together with --bucket")
	f.IntVar(&r.days, "tombstone-days", 150, "on AWS: days that the catalog remembers a deleted key, as the stacks have set them")
	return c
}

func (r *reconcile) run(c *cobra.Command, _ []string) error {
	aws := r.bucket != "" || r.table != ""
	switch {
	case aws == (r.data != ""):
		return usageError{errors.New("name a data folder with --data, or a deployment on AWS with --bucket and --table; see bytepass reconcile --help")}
	case aws && (r.bucket == "" || r.table == ""):
		return usageError{errors.New("--bucket and --table go together")}
	case aws && r.database != "":
		return usageError{errors.New("--database goes with --data; on AWS the catalog is in DynamoDB")}
	case r.days < 1:
		return usageError{errors.New("--tombstone-days: write at least 1")}
	}
	log := newLog(c.ErrOrStderr(), slog.LevelInfo)
	progress := func(n ingest.Counts) {
		log.Info("reconciling", "records", n.Records, "objects", n.Keys, "mended", n.Changed, "failed", n.Failed)
	}
	start := time.Now()
	sweep := r.onAWS
	if !aws {
		sweep = func(ctx context.Context, log *slog.Logger, progress func(ingest.Counts)) (ingest.Counts, error) {
			return server.Reconcile(ctx, r.data, r.database, log, time.Now, progress)
		}
	}
	counts, err := sweep(c.Context(), log, progress)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%d records and %d objects compared in %v, %d records mended\n", counts.Records, counts.Keys, time.Since(start).Round(time.Millisecond), counts.Changed)
	return err
}

// onAWS reconciles a table with a bucket by the credentials of the environment.
func (r *reconcile) onAWS(ctx context.Context, log *slog.Logger, progress func(ingest.Counts)) (ingest.Counts, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return ingest.Counts{}, fmt.Errorf("AWS credentials or region: %w", err)
	}
	objects := bucket.New(s3.NewFromConfig(cfg), r.bucket)
	projector := ingest.New(ingest.Config{
		Bucket:  objects,
		Catalog: dynamodb.New(awsdynamodb.NewFromConfig(cfg), r.table, time.Now),
		Name:    r.bucket, Keep: time.Duration(r.days) * 24 * time.Hour, Log: log, Now: time.Now,
	})
	return projector.Reconcile(ctx, objects, ingest.Sweep{Progress: progress})
}
