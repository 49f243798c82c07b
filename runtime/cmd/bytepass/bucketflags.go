package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/bytepass/bytepass/runtime/config"
	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/provision/onprem"
	"github.com/bytepass/bytepass/runtime/server"
)

// noAccount stands for the AWS account where the template names one and the
// store has none.
const noAccount = "000000000000"

// bucketFlags say which bucket is held to which template.
type bucketFlags struct {
	s3            server.S3
	webhookSecret string

	assembly, kmsKey, logBucket, webhookURL, notifyARN, store string

	sseS3, noUsers, json     bool
	set                      map[string]string
	origins, without, demand []string
	users                    onprem.Users
}

const bucketHelp = `

The store and its administrator come from the settings that bytepass serve has,
too: --s3-endpoint (or --endpoint), --s3-bucket (--bucket), --s3-region
(--region), BYTEPASS_S3_ACCESS_KEY and BYTEPASS_S3_SECRET_KEY, or else
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.`

func (b *bucketFlags) flags(c *cobra.Command) {
	f := c.Flags()
	storeFlags(f, &b.s3)
	f.Lookup("s3-endpoint").Usage = "URL of the S3 store, such as https://s3.example:9000"
	f.Lookup("s3-bucket").Usage = "the bucket that is held to the template"
	f.Lookup("s3-region").Usage = "region of the store"
	f.Lookup("s3-access-key").Usage = "key of an administrator of the store"
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		switch name {
		case "endpoint", "bucket", "region", "path-style":
			name = "s3-" + name
		}
		return pflag.NormalizedName(name)
	})
	config.Secret(f, &b.webhookSecret, "webhook-secret", "secret that bytepass serve asks of notifications")
	f.StringVar(&b.assembly, "assembly", "", "cloud assembly whose template counts, such as cdk.out (default: the built-in one)")
	f.StringToStringVar(&b.set, "set", nil, "what the template refers to and only CloudFormation knows: PARAMETER=VALUE, LOGICALID=VALUE or LOGICALID.ATTRIBUTE=VALUE; repeatable")
	f.Lookup("set").DefValue = "" // it would be told as []
	f.StringArrayVar(&b.origins, "origin", nil, "web origin whose pages may use the bucket, such as https://app.example: beside those of the --assembly, or in the place of the built-in template's, which are of this machine; repeatable")
	f.StringVar(&b.kmsKey, "kms-key", "", "id of the store's key that encrypts the objects, for the template's")
	f.BoolVar(&b.sseS3, "sse-s3", false, "have the store encrypt with a key of its own, for the template's")
	f.StringVar(&b.logBucket, "log-bucket", "", "bucket of the store that takes the access log, for the template's")
	f.StringVar(&b.webhookURL, "webhook-url", "", "URL at which bytepass serve takes the store's events, such as https://files.example/events; goes with BYTEPASS_WEBHOOK_SECRET where the store has to be told the secret")
	f.StringVar(&b.notifyARN, "notify-arn", onprem.MinIOTarget, "on MinIO: ARN of the webhook that its own settings name")
	f.StringVar(&b.store, "store", "", "which store it is: minio, ceph, seaweedfs, versitygw or other (default: it is recognised)")
	f.StringVar(&b.users.Server, "server-user", "bytepass-server", "name, or ARN, of the user that the server works as")
	f.StringVar(&b.users.Signer, "signer-user", "bytepass-signer", "name, or ARN, of the user that signs URLs")
	f.BoolVar(&b.noUsers, "no-users", false, "leave users and their rights alone")
	f.StringSliceVar(&b.without, "without", nil, "settings that do not count here, such as logging,lifecycle/transitions")
	f.StringSliceVar(&b.demand, "require", nil, "settings that may not be lacking, such as encryption,lifecycle/noncurrentVersions")
	f.BoolVar(&b.json, "json", false, "print an object of JSON")
}

// load takes what the command line leaves out from the environment. Variables
// of settings that only other commands have are theirs.
func (b *bucketFlags) load(c *cobra.Command) error {
	f := c.Flags()
	var own, apart []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if name == "BYTEPASS_WEBHOOK_SECRET" || name == "BYTEPASS_WEBHOOK_SECRET_FILE" || strings.HasPrefix(name, "BYTEPASS_S3_") && f.Lookup(flagName(name)) != nil {
			own = append(own, variable)
		}
	}
	f.VisitAll(func(flag *pflag.Flag) {
		if !strings.HasPrefix(flag.Name, "s3-") && !strings.HasPrefix(flag.Name, "webhook-secret") {
			apart = append(apart, flag.Name)
		}
	})
	config.Apart(f, apart...)
	if _, err := config.Load(f, own); err != nil {
		return err
	}
	if b.s3.AccessKey == "" && b.s3.SecretKey == "" {
		b.s3.AccessKey, b.s3.SecretKey = os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY")
	}
	for flag, names := range map[string][]string{"--without": b.without, "--require": b.demand} {
		if err := provision.CheckNames(names); err != nil {
			return usageError{fmt.Errorf("%s: %w", flag, err)}
		}
	}
	if err := b.check(); err != nil {
		return usageError{err}
	}
	return nil
}

// check refuses what no store could make sense of, and what would be written
// and then not work.
func (b *bucketFlags) check() error {
	if b.kmsKey != "" && b.sseS3 {
		return errors.New("--kms-key and --sse-s3 contradict each other")
	}
	if at, err := url.Parse(b.s3.Endpoint); b.s3.Endpoint != "" && (err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" || at.User != nil || at.RawQuery != "") {
		return errors.New("--endpoint: write a URL such as https://s3.example:9000")
	}
	for _, origin := range b.origins {
		if !server.IsOrigin(origin) {
			return fmt.Errorf("--origin: %q is not a web origin; write scheme and host only, such as https://app.example", origin)
		}
	}
	if hook, err := url.Parse(b.webhookURL); b.webhookURL != "" && (err != nil || hook.Scheme != "http" && hook.Scheme != "https" || hook.Host == "" || hook.User != nil || hook.RawQuery != "") {
		return errors.New("--webhook-url: write a URL such as https://files.example/events")
	}
	if !b.noUsers && (b.users.Server == "" || b.users.Signer == "") {
		return errors.New("--server-user and --signer-user: neither can be empty; leave users and their rights alone with --no-users")
	}
	if !b.noUsers && b.users.Server == b.users.Signer {
		return errors.New("--signer-user: it is the --server-user, too; name another one, who may put and get objects only")
	}
	return nil
}

// flagName returns the flag of an environment variable.
func flagName(variable string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(variable, "BYTEPASS_")), "_", "-")
}

// differs is the error of a bucket that is not what the template says, or that
// lacks what is required.
type differs struct{ error }

// Unwrap returns the cause.
func (d differs) Unwrap() error { return d.error }

// lacking returns an error if any of the gaps is about what is required.
func (b *bucketFlags) lacking(gaps []provision.Gap) error {
	lacks := provision.Lacks(gaps, b.demand)
	if len(lacks) == 0 {
		return nil
	}
	var all []string
	for _, g := range lacks {
		all = append(all, strings.TrimSpace(g.Setting+" "+g.Part)+" ("+string(g.Reason)+")")
	}
	return differs{fmt.Errorf("--require: the store goes without %s", strings.Join(all, ", "))}
}
