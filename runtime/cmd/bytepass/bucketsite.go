package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/provision/onprem"
)

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

// namesUsers reports whether the bucket's policy gives the server's users all of
// their rights, when a plan, or what came of it, is where things stand.
func (s *site) namesUsers(diff provision.Diff) bool {
	const policy = "policy"
	if _, apart := s.target.Apart[policy]; apart || len(s.target.Grants) == 0 || changes(diff, policy) {
		return false
	}
	return !slices.ContainsFunc(diff.Gaps, func(g provision.Gap) bool {
		grants := func(statement provision.Statement) bool { return statement["Sid"] == g.Part }
		return g.Setting == policy && (g.Part == "" || slices.ContainsFunc(s.target.Grants, grants))
	})
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
	if b.kmsKey == "" && !b.sseS3 {
		s.target.StandIns["encryption"] = "the template's key is one of AWS's: name one of the store with --kms-key, or have it use its own with --sse-s3; a store that encrypts nothing belongs on an encrypted disk"
	}
	if !b.noUsers {
		s.target.Grants = kind.Grants(b.s3.Bucket, b.users)
	}
	s.topics = onprem.Topics{Endpoint: b.s3.Endpoint, Region: b.s3.Region, Credentials: keys, HTTP: storeClient(), Now: time.Now}
	if b.webhookURL != "" && kind == onprem.MinIO {
		s.target.Notify = kind.Notification(b.notifyARN)
	}
	return s, nil
}

// asNamed names the flag or the variable that an error is about.
func asNamed(err error) error {
	var wrong *provision.NamedWrongly
	if !errors.As(err, &wrong) {
		return err
	}
	name := map[provision.Named]string{
		provision.Store: "--endpoint", provision.Bucket: "--bucket",
		provision.Region:    "--region (on AWS: AWS_REGION)",
		provision.AccessKey: "BYTEPASS_S3_ACCESS_KEY (or AWS_ACCESS_KEY_ID)", provision.SecretKey: "BYTEPASS_S3_SECRET_KEY (or AWS_SECRET_ACCESS_KEY)",
	}[wrong.What]
	return usageError{fmt.Errorf("%s: %w", name, wrong.Unwrap())}
}

// storeClient asks a store what no client of S3 asks. A redirect is an answer: a
// signature is good for one host.
func storeClient() *http.Client {
	return &http.Client{Timeout: provision.RequestTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (b *bucketFlags) recognise(ctx context.Context) (onprem.Kind, error) {
	if b.store != "" {
		kind, err := onprem.Parse(b.store)
		if err != nil {
			return "", usageError{fmt.Errorf("--store: %w", err)}
		}
		return kind, nil
	}
	kind, err := onprem.Recognise(ctx, storeClient(), b.s3.Endpoint)
	if errors.Is(err, onprem.ErrPage) {
		return "", usageError{fmt.Errorf("--endpoint: %w; name the store's own address, not its console's, or say with --store which store it is", err)}
	}
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
	switch {
	case len(b.origins) == 0:
	case b.assembly == "": // the built-in template lets in pages of the developer's own machine
		settings = settings.OnlyOrigins(b.origins...)
	default:
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
