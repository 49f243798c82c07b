package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
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
	f.StringArrayVar(&b.origins, "origin", nil, "web origin whose pages may use the bucket, such as https://app.example, beside those of the template; repeatable")
	f.StringVar(&b.kmsKey, "kms-key", "", "id of the store's key that encrypts the objects, for the template's")
	f.BoolVar(&b.sseS3, "sse-s3", false, "have the store encrypt with a key of its own, for the template's")
	f.StringVar(&b.logBucket, "log-bucket", "", "bucket of the store that takes the access log, for the template's")
	f.StringVar(&b.webhookURL, "webhook-url", "", "URL at which bytepass serve takes the store's events, such as https://files.example/events; goes with BYTEPASS_WEBHOOK_SECRET where the store has to be told the secret")
	f.StringVar(&b.notifyARN, "notify-arn", onprem.MinIOTarget, "on MinIO: ARN of the webhook that its own settings name")
	f.StringVar(&b.store, "store", "", "which store it is: minio, ceph, seaweedfs, versitygw or other (default: it is recognised)")
	f.StringVar(&b.users.Server, "server-user", "bytepass-server", "name of the user that the server works as")
	f.StringVar(&b.users.Signer, "signer-user", "bytepass-signer", "name of the user that signs URLs")
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
	if b.kmsKey != "" && b.sseS3 {
		return usageError{errors.New("--kms-key and --sse-s3 contradict each other")}
	}
	return nil
}

// flagName returns the flag of an environment variable.
func flagName(variable string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(variable, "BYTEPASS_")), "_", "-")
}

// site is a bucket beside the template that it is held to.
type site struct {
	client   *s3.Client
	kind     onprem.Kind // empty on AWS
	target   provision.Target
	settings provision.Settings
	topics   onprem.Topics
}

// open works out what there is to do with, and asks the store which it is. It
// writes nothing.
func (b *bucketFlags) open(ctx context.Context) (*site, error) {
	template := provision.Default()
	if b.assembly != "" {
		var err error
		if template, err = provision.FromAssembly(b.assembly); err != nil {
			return nil, usageError{fmt.Errorf("--assembly: %w", err)}
		}
	}
	for name := range b.set {
		id, _, _ := strings.Cut(name, ".")
		if !strings.Contains(string(template), `"`+id+`"`) {
			return nil, usageError{fmt.Errorf("--set: the template has no %s", id)}
		}
	}
	if b.s3.Endpoint == "" {
		return b.onAWS(ctx, template)
	}
	return b.onStore(ctx, template)
}

func (b *bucketFlags) onStore(ctx context.Context, template []byte) (*site, error) {
	if b.s3.Bucket == "" {
		return nil, usageError{errors.New("name the bucket with --bucket")}
	}
	if b.s3.AccessKey == "" || b.s3.SecretKey == "" {
		return nil, usageError{errors.New("set BYTEPASS_S3_ACCESS_KEY and BYTEPASS_S3_SECRET_KEY to the keys of an administrator of the store")}
	}
	kind, err := b.recognise(ctx)
	if err != nil {
		return nil, err
	}
	settings, err := b.read(template, provision.Values{Bucket: b.s3.Bucket, Region: b.s3.Region, Account: noAccount, Parameters: b.set, References: b.set})
	if err != nil {
		return nil, err
	}
	keys := credentials.NewStaticCredentialsProvider(b.s3.AccessKey, b.s3.SecretKey, os.Getenv("AWS_SESSION_TOKEN"))
	client := provision.Connect(provision.Endpoint{URL: b.s3.Endpoint, Region: b.s3.Region, PathStyle: b.s3.PathStyle, Credentials: keys})
	s := &site{client: client, kind: kind, settings: settings}
	s.target = provision.Target{
		Client: client, Bucket: b.s3.Bucket, Region: b.s3.Region, PlainHTTP: strings.HasPrefix(b.s3.Endpoint, "http://"),
		Apart: b.apart(), StandIns: kind.StandIns(),
	}
	if s.target.StandIns == nil {
		s.target.StandIns = map[string]string{}
	}
	if b.kmsKey == "" && !b.sseS3 {
		s.target.StandIns["encryption"] = "the template's key is one of AWS's: name one of the store with --kms-key, or have it use its own with --sse-s3; a store that encrypts nothing belongs on an encrypted disk"
	}
	if !b.noUsers {
		s.target.Grants = kind.Grants(b.s3.Bucket, b.users)
	}
	s.topics = onprem.Topics{Endpoint: b.s3.Endpoint, Region: b.s3.Region, Credentials: keys, HTTP: http.DefaultClient, Now: time.Now}
	if b.webhookURL != "" && kind == onprem.MinIO {
		s.target.Notify = kind.Notification(b.notifyARN)
	}
	return s, nil
}

func (b *bucketFlags) recognise(ctx context.Context) (onprem.Kind, error) {
	if b.store != "" {
		kind, err := onprem.Parse(b.store)
		if err != nil {
			return "", usageError{fmt.Errorf("--store: %w", err)}
		}
		return kind, nil
	}
	if !strings.HasPrefix(b.s3.Endpoint, "http://") && !strings.HasPrefix(b.s3.Endpoint, "https://") {
		return "", usageError{errors.New("--endpoint: write a URL such as https://s3.example:9000")}
	}
	kind, err := onprem.Recognise(ctx, http.DefaultClient, b.s3.Endpoint)
	if err != nil {
		return "", fmt.Errorf("--endpoint: no store answers: %w", err)
	}
	return kind, nil
}

// onAWS takes region and credentials from where the AWS CLI has them.
func (b *bucketFlags) onAWS(ctx context.Context, template []byte) (*site, error) {
	cfg, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("AWS credentials or region: %w", err)
	}
	me, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return nil, fmt.Errorf("AWS credentials: %w", err)
	}
	values := provision.Values{Region: cfg.Region, Account: aws.ToString(me.Account), Parameters: b.set, References: b.set}
	if values.Bucket = b.s3.Bucket; values.Bucket == "" {
		if values.Bucket, err = provision.NameOnAWS(template, values); err != nil {
			return nil, usageError{fmt.Errorf("--assembly: %w", err)}
		}
	}
	settings, err := b.read(template, values)
	if err != nil {
		return nil, err
	}
	// An emulator's address comes from the configuration, like on AWS's own.
	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = cfg.BaseEndpoint != nil })
	return &site{
		client: client, settings: settings,
		target: provision.Target{Client: client, Bucket: values.Bucket, Region: cfg.Region, AWS: true, Apart: b.apart()},
	}, nil
}

func (b *bucketFlags) read(template []byte, values provision.Values) (provision.Settings, error) {
	settings, err := provision.Read(template, values)
	if err != nil {
		return settings, usageError{fmt.Errorf("--assembly: %w", err)}
	}
	if len(b.origins) > 0 {
		settings = settings.AllowOrigins(b.origins...)
	}
	if b.kmsKey != "" || b.sseS3 {
		settings = settings.EncryptWith(b.kmsKey)
	}
	if b.logBucket != "" {
		settings = settings.LogTo(b.logBucket)
	}
	return settings, nil
}

// apart returns what does not count, and why.
func (b *bucketFlags) apart() map[string]string {
	apart := map[string]string{}
	if b.logBucket == "" && b.s3.Endpoint != "" {
		apart["logging"] = "the template's log bucket is one of AWS's; name one of the store with --log-bucket"
	}
	for _, name := range b.without {
		apart[name] = "--without says so"
	}
	return apart
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
