package main

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/bytepass/bytepass/runtime/config"
	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/server"
)

const serveExamples = `  # everything on this machine; open http://127.0.0.1:8080
  bytepass serve --data data

  # images up to 20 MB only, for an application of yours on another port
  bytepass serve --data data --max-size 20MB --allowed-types 'image/*' --origin http://localhost:4200

  # the bucket as your own stacks describe it
  cdk synth && bytepass serve --data data --assembly cdk.out

  # the catalog in PostgreSQL, where it can be queried (bytepass.files)
  bytepass serve --data data --database 'postgres://bytepass@db.example/bytepass'

  # reachable from other machines: only with a real issuer
  bytepass serve --data data --listen 192.0.2.10:8080 --s3-listen 192.0.2.10:9000 \
    --issuer https://login.example --audience files --client-id console

  # in production: a store, a database and an issuer of yours, and nothing on disk
  export BYTEPASS_S3_SECRET_KEY=… BYTEPASS_WEBHOOK_SECRET=…
  bytepass serve --listen :8080 --public-url https://files.example \
    --s3-endpoint https://s3.example --s3-bucket files --s3-access-key bytepass \
    --database postgres://bytepass@db.example/bytepass --issuer https://login.example --audience files`

const databaseUsage = "PostgreSQL database for the catalog, such as postgres://user@host:5432/database; its password is better in PGPASSWORD or ~/.pgpass (default: a file in the data folder)"

// serve runs the server on a data folder.
type serve struct {
	config   server.Config
	maxSize  size
	assembly string
	format   string
	verbose  bool
	quiet    bool
	check    bool
}

func newServe() *cobra.Command {
	s := &serve{maxSize: env.DefaultMaxSize}
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve files from a folder of this machine: API, console and store",
		Long: `Serve files from a folder of this machine: the API and the console on one
address, an S3 store on another. Without an issuer, requests from this machine
are those of owner "dev", and other machines cannot connect.

With --s3-endpoint the files are in a store of yours, which bytepass provision
has prepared. With a database and an issuer beside it nothing is kept on disk,
and several servers can run behind a balancer.` + settingsHelp,
		Example: serveExamples + settingsExamples,
		Args:    noArguments,
		RunE:    s.run,
	}
	s.flags(c.Flags())
	c.Flags().BoolVar(&s.check, "check-config", false, "check the settings, print what they come to, and end")
	config.Apart(c.Flags(), "check-config")
	return c
}

// flags registers the settings.
func (s *serve) flags(f *pflag.FlagSet) {
	f.StringVar(&s.config.Data, "data", "data", "folder for files, catalog and keys")
	f.StringVar(&s.config.Database, "database", "", databaseUsage)
	f.StringVar(&s.config.Listen, "listen", "127.0.0.1:8080", "address of the API and the console")
	f.StringVar(&s.config.S3Listen, "s3-listen", "", "address of the store (default: a free port, which the folder remembers)")
	storeFlags(f, &s.config.S3)
	foreignFlags(f, &s.config.S3)
	f.StringVar(&s.assembly, "assembly", "", "cloud assembly whose template the bucket follows, such as cdk.out (default: the built-in one)")
	f.Var(&s.maxSize, "max-size", "largest file, in bytes or such as 20MB or 5GiB")
	f.StringSliceVar(&s.config.AllowedTypes, "allowed-types", nil, "media types that may be uploaded, such as image/*,application/pdf (default: all)")
	f.IntVar(&s.config.PartSeconds, "part-seconds", env.DefaultPartSeconds, "life of the URL of a multipart upload's part")
	f.StringArrayVar(&s.config.Origins, "origin", nil, "web origin whose pages may use API and store, such as https://app.example; repeatable")
	f.StringVar(&s.config.TLSCert, "tls-cert", "", "file of PEM with the server's certificate first, for HTTPS; read again when it changes")
	f.StringVar(&s.config.TLSKey, "tls-key", "", "file of PEM with the key of the tls-cert")
	f.StringVar(&s.config.PublicURL, "public-url", "", "URL of API and console for clients, where a proxy stands in front, such as https://files.example")
	f.StringSliceVar(&s.config.TrustedProxies, "trusted-proxies", nil, "addresses or networks of proxies whose X-Forwarded-For is believed, for the audit")
	f.DurationVar(&s.config.DrainDelay, "drain-delay", 0, "how long to go on serving, but not be ready, when told to stop; for balancers that look at /readyz")
	f.StringVar(&s.config.Issuer, "issuer", "", "URL of the OIDC issuer whose tokens are accepted (default: a development issuer, on loopback only)")
	f.StringVar(&s.config.Audience, "audience", "", "what the issuer's tokens have to be for")
	f.StringVar(&s.config.OwnerClaim, "owner-claim", env.DefaultOwnerClaim, "the token's claim that names the owner")
	f.StringVar(&s.config.GroupsClaim, "groups-claim", env.DefaultGroupsClaim, "the token's claim that lists the groups")
	f.BoolVar(&s.config.RequireScopes, "require-scopes", false, "ask for the scopes files:read and files:write in the token")
	f.StringVar(&s.config.ScopePrefix, "scope-prefix", "", "what stands before the scopes in the token, such as bytepass/ of a resource server of Cognito")
	f.StringVar(&s.config.ClientID, "client-id", "", "public client of the issuer's by which people sign in at the console; its redirect URL is the console's (default: the console asks for a token)")
	f.StringSliceVar(&s.config.LoginScopes, "login-scopes", nil, "what the console asks the issuer for; add offline_access if it gives refresh tokens only then (default: "+strings.Join(server.DefaultLoginScopes(), ",")+")")
	f.StringVar(&s.config.MetricsListen, "metrics-listen", "", "address of /metrics for Prometheus, such as 127.0.0.1:9100 (default: none)")
	f.StringVar(&s.format, "log-format", "text", "format of the log: text or json")
	f.BoolVar(&s.verbose, "verbose", false, "log more")
	f.BoolVar(&s.quiet, "quiet", false, "log only what is wrong, and not every request")
	config.File(f)
}

func (s *serve) run(c *cobra.Command, _ []string) error {
	settings, err := loadSettings(c)
	if err != nil {
		return err
	}
	return asWritten(s.serve(c, settings), settings)
}

func (s *serve) serve(c *cobra.Command, settings *config.Settings) error {
	if s.verbose && s.quiet {
		return &server.SettingError{Setting: "--quiet", Detail: "contradicts " + settings.Origin("verbose") + "; keep one of them"}
	}
	cfg := s.config
	cfg.MaxSize = int64(s.maxSize)
	if s.format != "text" && s.format != "json" {
		return &server.SettingError{Setting: "--log-format", Detail: fmt.Sprintf("%q: write text or json", s.format)}
	}
	cfg.Log = newLog(c.ErrOrStderr(), s.level())
	if s.format == "json" {
		cfg.Log = slog.New(slog.NewJSONHandler(c.ErrOrStderr(), &slog.HandlerOptions{Level: s.level()}))
	}
	cfg.Now = time.Now
	if cfg.MetricsListen != "" {
		cfg.Version = build()
	}
	cfg.Template = provision.Default()
	cfg.Started = func(r server.Running) { announce(c.OutOrStdout(), r) }
	if s.assembly != "" {
		template, err := provision.FromAssembly(s.assembly)
		if err != nil {
			return &server.SettingError{Setting: "--assembly", Detail: err.Error()}
		}
		cfg.Template = template
	}
	if s.check {
		s.config.S3 = cfg.S3.InForce() // where the flags are printed from
		return checkSettings(c.OutOrStdout(), cfg, settings)
	}
	for _, warning := range settings.Warnings() {
		cfg.Log.Warn(warning)
	}
	collectLess()
	return server.Run(c.Context(), cfg)
}

// level returns the least level that is logged.
func (s *serve) level() slog.Level {
	switch {
	case s.verbose:
		return slog.LevelDebug
	case s.quiet:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// announce says where everything is.
func announce(w io.Writer, r server.Running) {
	fmt.Fprintf(w, `Bytepass is running. Stop it with Ctrl-C.
  console  %[1]s/
  API      %[1]s/docs
  store    %[2]s (S3, bucket %[3]s)
`, r.URL, r.Store, r.Bucket)
	if r.Data != "" {
		fmt.Fprintf(w, "  data     %s\n", r.Data)
	}
	if r.Guest != "" {
		fmt.Fprintf(w, "  you are  %s (for another owner: bytepass token --data %s --owner NAME)\n", r.Guest, r.Data)
	}
}

// newLog returns the log of a command: lines of text that programs can read.
func newLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}
