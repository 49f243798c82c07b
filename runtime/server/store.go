package server

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/server/embedded"
	"github.com/bytepass/bytepass/runtime/server/folder"
)

// Bucket is the name of the embedded store's bucket.
const Bucket = "bytepass"

// account stands for an AWS account where the template names one; the embedded
// store has none.
const account = "000000000000"

// startStore starts the embedded store where the folder remembers it, and has
// the folder remember what is new. When S3 has to listen where somebody else
// does by now, and nobody asked for this very address, it takes another: URLs
// that were signed before then lead nowhere.
func startStore(ctx context.Context, cfg Config, f *folder.Folder, listen string, changed func(objectKey string)) (*embedded.Store, error) {
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
	address := cfg.S3Listen
	if address == "" {
		address = state.S3Listen
	}
	if address == "" || cfg.S3Listen == "" && tryAddress(ctx, address) != nil {
		remembered := address
		if address, err = freeAddress(ctx); err != nil {
			return nil, err
		}
		if remembered != "" {
			cfg.Log.Warn("another program has the store's address, so the store has moved: every URL that was given out before is dead; to keep an address, name it with --s3-listen", "was", remembered, "is", address)
		}
	}
	if err := tryAddress(ctx, address); err != nil {
		return nil, cannotListen("--s3-listen", address, err)
	}
	store, err := embedded.Start(ctx, embedded.Config{
		Folder: f.Store(), Metadata: embedded.Metadata(state.Metadata), Listen: address,
		AccessKey: keys.AccessKey, SecretKey: keys.SecretKey,
		Changed: func(bucket, key string) {
			if bucket == Bucket {
				changed(key)
			}
		},
	})
	if err != nil {
		return nil, err
	}
	state.Listen, state.S3Listen = listen, address
	return store, f.Remember(state)
}

// readTemplate returns what the template asks of the bucket, with the origins
// of cfg and of the server's own pages let in. A template that cannot be used
// is a *SettingError.
func readTemplate(cfg Config, listen string) (provision.Settings, error) {
	settings, err := provision.Read(cfg.Template, provision.Values{Bucket: Bucket, Region: embedded.Region, Account: account})
	if err != nil {
		return provision.Settings{}, bad("--assembly", "%v", err)
	}
	return settings.AllowOrigins(append(ownOrigins(listen), cfg.Origins...)...), nil
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

// corsOrigins returns the origins that any of the rules lets in.
func corsOrigins(rules []types.CORSRule) []string {
	var all []string
	for _, r := range rules {
		all = append(all, r.AllowedOrigins...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
