package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/bytepass/bytepass/runtime/config"
	"github.com/bytepass/bytepass/runtime/server"
)

// storage are the flags of commands that look after a store and its catalog:
// those of a server's settings, or a bucket and a table on AWS.
type storage struct {
	served   serve // the settings of a server
	settings *config.Settings
	bucket   string
	table    string
}

// flags registers all settings of a server, because its file and its variables
// may hold them, and shows those that say where catalog and store are.
func (s *storage) flags(f *pflag.FlagSet) {
	s.served.flags(f)
	needed := pflag.NewFlagSet("", pflag.ContinueOnError)
	storeFlags(needed, &server.S3{})
	f.VisitAll(func(flag *pflag.Flag) {
		known := flag.Name == "data" || flag.Name == "database" || flag.Name == "config"
		flag.Hidden = !known && (needed.Lookup(flag.Name) == nil || needed.Lookup(flag.Name).Hidden)
	})
	f.Lookup("data").DefValue, s.served.config.Data = "", ""
	f.StringVar(&s.bucket, "bucket", "", "bucket on AWS, together with --table")
	f.StringVar(&s.table, "table", "", "DynamoDB table that holds the catalog, together with --bucket")
	config.Apart(f, "bucket", "table")
}

// onAWS reports whether a bucket and a table on AWS are meant.
func (s *storage) onAWS() bool { return s.bucket != "" || s.table != "" }

// load reads the settings. The error says what is missing or too much.
func (s *storage) load(c *cobra.Command) (cfg server.Config, err error) {
	if s.settings, err = loadSettings(c); err != nil {
		return server.Config{}, err
	}
	cfg = s.served.config
	switch {
	case s.onAWS() == (cfg.Data != "" || cfg.S3.Endpoint != ""):
		return cfg, usageError{fmt.Errorf("name a data folder with --data, a store of yours with --s3-endpoint and --s3-bucket, or a deployment on AWS with --bucket and --table; see %s --help", c.CommandPath())}
	case s.onAWS() && (s.bucket == "" || s.table == ""):
		return cfg, usageError{errors.New("--bucket and --table go together")}
	case s.onAWS() && cfg.Database != "":
		return cfg, usageError{errors.New("--database goes with --data or --s3-endpoint; on AWS the catalog is in DynamoDB")}
	case !s.onAWS() && cfg.Data == "" && cfg.Database == "":
		return cfg, usageError{errors.New("name the database with --database, or the data folder that holds the catalog with --data")}
	}
	cfg.Log, cfg.Now = newLog(c.ErrOrStderr(), slog.LevelInfo), time.Now
	return cfg, nil
}

// sdk returns the credentials and the region of the environment, as the AWS CLI
// finds them.
func (s *storage) sdk(ctx context.Context) (aws.Config, error) {
	cfg, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return cfg, fmt.Errorf("AWS credentials or region: %w", err)
	}
	return cfg, nil
}
