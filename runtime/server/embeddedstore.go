package server

import (
	"cmp"
	"context"
	"log/slog"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/api"
	"github.com/bytepass/bytepass/runtime/metrics"
	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/server/embedded"
	"github.com/bytepass/bytepass/runtime/server/folder"
	"github.com/bytepass/bytepass/runtime/sign"
)

// embeddedStore is the store that runs in this process, on the data folder. It
// tells of every change before it acknowledges it.
type embeddedStore struct {
	running *embedded.Store
	s3      *s3.Client
	keys    folder.Keys
	log     *slog.Logger
}

var _ store = (*embeddedStore)(nil)

// startEmbedded starts the store, by HTTPS if there is a certificate. Its calls
// are measured; changed is told every key that changes.
func startEmbedded(ctx context.Context, cfg Config, f *folder.Folder, listen string, cert *certificate, m *metrics.Metrics, changed func(objectKey string)) (*embeddedStore, error) {
	keys, err := f.Keys()
	if err != nil {
		return nil, err
	}
	running, err := startStore(ctx, cfg, f, listen, cert, changed)
	if err != nil {
		return nil, err
	}
	return &embeddedStore{running: running, s3: running.Client(m.S3), keys: keys, log: cfg.Log}, nil
}

func (e *embeddedStore) client() *s3.Client { return e.s3 }

func (e *embeddedStore) place() sign.Config {
	return sign.Config{
		Endpoint: e.running.Endpoint(), Region: embedded.Region, Bucket: Bucket, PathStyle: true,
		Credentials: sign.Static(sign.Credentials{AccessKeyID: e.keys.AccessKey, SecretAccessKey: e.keys.SecretKey}),
	}
}

func (e *embeddedStore) names(cfg *api.Config) {
	cfg.FileSystem = true
	cfg.CheckName = func(object string) error { return e.running.CheckName(Bucket, object) }
}

// prepare provisions the bucket from the template.
func (e *embeddedStore) prepare(ctx context.Context, settings provision.Settings) (ageing, error) {
	gaps, err := provisionStore(ctx, e.client(), settings, e.log)
	stale := staleAfter(settings.Lifecycle)
	if lifecycleMissing(gaps) {
		settings.Lifecycle = provision.Lifecycle{}
	}
	return ageingOf(settings.Lifecycle, stale), err
}

func (e *embeddedStore) watch() watch { return watch{tellsAll: true, gate: true} }

func (e *embeddedStore) ended() <-chan struct{} { return e.running.Done() }

func (e *embeddedStore) close() error { return e.running.Close() }

// startStore starts the embedded store where the folder remembers it, and has
// the folder remember what is new. When S3 has to listen where somebody else
// does by now, and nobody asked for this very address, it takes another: URLs
// that were signed before then lead nowhere.
func startStore(ctx context.Context, cfg Config, f *folder.Folder, listen string, cert *certificate, changed func(objectKey string)) (*embedded.Store, error) {
	state, err := f.State()
	if err != nil {
		return nil, err
	}
	keys, err := f.Keys()
	if err != nil {
		return nil, err
	}
	if state.Metadata == "" {
		state.Metadata = string(embedded.Probe(f.Path()))
	}
	state.Certificate = ""
	var keyFile string
	var renewed chan struct{}
	if cert != nil {
		state.Certificate, keyFile, renewed = cert.certFile, cert.keyFile, cert.renewed
	}
	start := func(address string) (*embedded.Store, error) {
		return embedded.Start(ctx, embedded.Config{
			CertFile: state.Certificate, KeyFile: keyFile, Renewed: renewed,
			Log: cfg.Log, Folder: f.Store(), Metadata: embedded.Metadata(state.Metadata), Listen: address,
			AccessKey: keys.AccessKey, SecretKey: keys.SecretKey,
			Changed: func(bucket, key string) {
				if bucket == Bucket {
					changed(key)
				}
			},
		})
	}
	var store *embedded.Store
	address := cmp.Or(cfg.S3Listen, state.S3Listen)
	var busy error
	if address != "" {
		busy = tryAddress(ctx, address)
	}
	switch {
	case busy != nil && cfg.S3Listen != "":
		return nil, cannotListen("--s3-listen", address, busy)
	case busy != nil, address == "":
		address, store, err = onFreeAddress(ctx, start)
	default:
		store, err = start(address)
	}
	if err != nil {
		return nil, err
	}
	if busy != nil {
		cfg.Log.Warn("another program has the store's address, so the store has moved: every URL that was given out before is dead; to keep an address, name it with --s3-listen", "was", state.S3Listen, "is", address)
	}
	state.Listen, state.S3Listen = listen, address
	return store, f.Remember(state)
}

// provisionStore gives the store's bucket the template's settings. What the
// store cannot do is returned, and logged.
func provisionStore(ctx context.Context, client *s3.Client, settings provision.Settings, log *slog.Logger) ([]provision.Gap, error) {
	diff, err := provision.Plan(ctx, provision.Target{
		Client: client, Bucket: Bucket, PlainHTTP: true,
		Apart: map[string]string{
			"policy": "the embedded store has one account, which no policy binds; its keys stay in the data folder, and what a URL may do is bound by its signature",
		},
	}, settings)
	if err != nil {
		return nil, err
	}
	gaps, err := provision.Apply(ctx, diff)
	if err != nil {
		return nil, err
	}
	for _, change := range diff.Changes {
		log.Debug("store provisioned", "setting", change.Setting, "have", string(change.Have), "want", string(change.Want))
	}
	logGaps(ctx, log, diff.Create, gaps)
	return gaps, nil
}

// logGaps writes one line that names all gaps, loudly when they are news, and
// for whoever wants to know more a line about each of them.
func logGaps(ctx context.Context, log *slog.Logger, news bool, gaps []provision.Gap) {
	var names []string
	for _, g := range gaps {
		names = append(names, strings.TrimSpace(g.Setting+" "+g.Part))
		log.DebugContext(ctx, "why the store goes without "+names[len(names)-1], "reason", g.Reason, "consequence", g.Consequence, "detail", g.Detail)
	}
	if len(gaps) == 0 {
		return
	}
	level := slog.LevelDebug
	if news {
		level = slog.LevelInfo
	}
	log.Log(ctx, level, "the embedded store goes without some of the template's settings (--verbose tells why)", "settings", strings.Join(names, ", "))
}
