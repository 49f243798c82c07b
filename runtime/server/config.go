package server

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/runtime/files"
)

// Config is what a server is made of.
type Config struct {
	// Data is the path of the data folder; it is made if it is not there. Only
	// what needs one has one (see NeedsFolder).
	Data string
	// Database is the URL of the PostgreSQL database that holds the catalog, as
	// sql.OpenPostgres takes it. Empty: a SQLite file in the data folder.
	Database string
	// Listen is the address of the API and the console. Other machines may
	// reach it only with a real issuer.
	Listen string
	// S3Listen is the address of the embedded store. Empty takes a free port
	// of loopback and remembers it in the data folder.
	S3Listen string
	// S3 is the store that holds the objects; without an endpoint it is the
	// embedded one.
	S3 S3
	// Template is the CloudFormation template (JSON) that the store's bucket is
	// provisioned from.
	Template []byte

	// MaxSize is the largest file in bytes.
	MaxSize int64
	// AllowedTypes are media types or "type/*"; empty allows all.
	AllowedTypes []string
	// PartSeconds is the life of the URL of a multipart upload's part; 0 is the
	// default.
	PartSeconds int
	// Origins are web origins, beside the template's and the console's own,
	// whose pages may use the API and the store.
	Origins []string
	// PublicURL is where clients find the API and the console when a proxy
	// stands in front, such as "https://files.example". Empty: where we listen.
	PublicURL string
	// TrustedProxies are the networks of proxies whose X-Forwarded-For is
	// believed: the audit then names the client and not the proxy.
	TrustedProxies []string
	// DrainDelay is how long the server goes on serving after it was told to
	// stop and says that it is not ready, so that balancers look elsewhere.
	DrainDelay time.Duration

	// Issuer is the URL of an OIDC issuer, and Audience what its tokens have to
	// be for. Both empty: the development identity, on loopback only.
	Issuer, Audience string
	// OwnerClaim and GroupsClaim name the claims of a token that are read.
	OwnerClaim, GroupsClaim string
	// RequireScopes asks for files:read and files:write in the token, with
	// ScopePrefix before them.
	RequireScopes bool
	ScopePrefix   string
	// ClientID is what the console is called at the issuer, where it is a public
	// client; empty has the console ask for tokens. LoginScopes are what it asks
	// for beside the scopes of files; empty is DefaultLoginScopes.
	ClientID    string
	LoginScopes []string

	// TLSCert and TLSKey are files of PEM. With them the API and the embedded
	// store speak HTTPS; they are read again when they change.
	TLSCert, TLSKey string
	// MetricsListen is the address at which Prometheus finds /metrics. Empty:
	// nowhere.
	MetricsListen string
	// Version is the build that runs, for the metrics.
	Version string

	Log *slog.Logger
	Now func() time.Time
	// Started, when not nil, is called once, as soon as the server answers.
	Started func(Running)

	certificateEvery time.Duration       // 0 is certificateEvery
	versionsEvery    time.Duration       // 0 is versionsEvery
	leaseLife        time.Duration       // 0: the constant; tests have less time
	reachWithin      time.Duration       // of a command: how long a database may take to answer; 0 is lookTimeout
	sleep            func(time.Duration) // nil is time.Sleep
}

// Running is where a server that runs can be found.
type Running struct {
	URL    string // of the console and the API
	Store  string // of the store, for clients
	Bucket string
	Data   string // absolute path of the data folder; empty if there is none
	// Guest is the owner of requests without a token; empty if there is none.
	Guest string
}

// SettingError is a setting that cannot be used; nothing was touched.
type SettingError struct {
	Setting string // as the command spells it, such as "--listen"
	Detail  string // what is wrong, and the remedy
}

// Error returns the setting and the detail.
func (e *SettingError) Error() string { return e.Setting + ": " + e.Detail }

func bad(setting, format string, args ...any) error {
	return &SettingError{Setting: setting, Detail: fmt.Sprintf(format, args...)}
}

// Validate returns nil if the configuration can be used, or a *SettingError.
func (c Config) Validate() error {
	switch {
	case c.Data == "" && c.NeedsFolder():
		return bad("--data", "name a folder for files, catalog and keys")
	case c.MaxSize < 1 || c.MaxSize > env.LargestMaxSize:
		return bad("--max-size", "%d is not between 1 and %d bytes", c.MaxSize, int64(env.LargestMaxSize))
	case c.PartSeconds != 0 && (c.PartSeconds < env.MinURLSeconds || c.PartSeconds > env.MaxURLSeconds):
		return bad("--part-seconds", "%d is not between %d and %d", c.PartSeconds, env.MinURLSeconds, env.MaxURLSeconds)
	case c.Issuer != "" && c.Audience == "":
		return bad("--issuer", "an issuer and an audience (--audience) go together: without an audience the tokens of every application of the issuer would do")
	case c.Issuer == "" && c.Audience != "":
		return bad("--audience", "an audience and an issuer (--issuer) go together: the audience is what the issuer's tokens are for")
	case c.Issuer == "" && c.ClientID != "":
		return bad("--client-id", "people sign in at an issuer; name it with --issuer and --audience, or leave the flag out")
	case c.Issuer == "" && c.ScopePrefix != "":
		return bad("--scope-prefix", "the tokens of the development issuer have none; name your issuer with --issuer and --audience, or leave the flag out")
	case strings.ContainsAny(c.ScopePrefix, " \t\r\n"):
		return bad("--scope-prefix", "%q holds a space, which stands between scopes; write such as bytepass/", c.ScopePrefix)
	case c.ClientID == "" && len(c.LoginScopes) > 0:
		return bad("--login-scopes", "these are asked for at a login; name the console's client with --client-id, or leave the flag out")
	case len(c.LoginScopes) > 0 && !slices.Contains(c.LoginScopes, "openid"):
		return bad("--login-scopes", "openid is not among them, and without it the issuer does not say who has signed in; add it")
	case c.TLSCert != "" && c.TLSKey == "":
		return bad("--tls-cert", "a certificate and its key (--tls-key) go together")
	case c.TLSCert == "" && c.TLSKey != "":
		return bad("--tls-key", "a key and its certificate (--tls-cert) go together")
	case c.TLSCert != "" && c.Issuer == "":
		return bad("--tls-cert", "the development issuer speaks HTTP; name your issuer with --issuer and --audience, or leave TLS out")
	case c.OwnerClaim == "":
		return bad("--owner-claim", "name the claim that holds the owner, such as sub")
	case c.PublicURL != "" && !IsOrigin(c.PublicURL):
		return bad("--public-url", "%q is not scheme and host alone; write such as https://files.example", c.PublicURL)
	case c.DrainDelay < 0 || c.DrainDelay > longestDrain:
		return bad("--drain-delay", "%v is not between 0 and %v", c.DrainDelay, longestDrain)
	}
	if err := c.S3.validate(c); err != nil {
		return err
	}
	if _, err := networks(c.TrustedProxies); err != nil {
		return err
	}
	if c.Database != "" {
		if err := sql.CheckPostgresURL(c.Database); err != nil {
			return bad("--database", "%v", err)
		}
	}
	if c.Issuer != "" {
		if _, err := newOIDC(c, http.DefaultClient); err != nil {
			return err
		}
	}
	for _, origin := range c.Origins {
		if !IsOrigin(origin) {
			return bad("--origin", "%q is not a web origin; write scheme and host only, such as https://app.example", origin)
		}
	}
	for _, t := range c.AllowedTypes {
		if err := checkType(t); err != nil {
			return err
		}
	}
	return cmp.Or(c.validateAddress("--listen", c.Listen), c.validateAddress("--s3-listen", c.S3Listen), c.validateMetrics(), c.validateApart())
}

// NeedsFolder reports whether the server keeps anything on disk: the embedded
// store, a catalog in SQLite, or the key of the development issuer.
func (c Config) NeedsFolder() bool {
	return c.S3.Endpoint == "" || c.Database == "" || c.Issuer == ""
}

func checkType(t string) error {
	kind, sub, ok := strings.Cut(t, "/")
	_, err := files.Limits{MaxSize: 1}.CheckType("", strings.TrimSuffix(t, "*")+"x")
	if !ok || kind == "*" || t != strings.ToLower(t) || sub == "" || strings.Contains(sub, "*") && sub != "*" || err != nil {
		return bad("--allowed-types", "%q is not a media type; write such as image/png or image/*, in lower case", t)
	}
	return nil
}

// limits returns the limits that the API checks.
func (c Config) limits() files.Limits {
	return files.Limits{
		MaxSize: c.MaxSize, AllowedTypes: c.AllowedTypes, MaxMetadata: env.MaxMetadataBytes,
		UploadURL: env.DefaultUploadURLSeconds * time.Second,
		Put:       env.DefaultPutSeconds * time.Second,
		Part:      time.Duration(cmp.Or(c.PartSeconds, env.DefaultPartSeconds)) * time.Second,
		Get:       env.DefaultGetSeconds * time.Second,
	}
}
