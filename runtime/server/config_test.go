package server

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func valid() Config {
	return Config{Data: "data", Listen: "127.0.0.1:8080", MaxSize: 1 << 30, OwnerClaim: "sub"}
}

// onForeign makes c one of a server on a store, a database and an issuer of
// one's own.
func onForeign(c *Config) {
	c.S3 = S3{Endpoint: "http://s3.example:9000", Bucket: "files", PathStyle: true, AccessKey: "key", SecretKey: "secret"}
	c.Database, c.Issuer, c.Audience = "postgres://db.example/files", "https://id.example", "files"
}

func TestValidateNamesTheSettingAndTheRemedy(t *testing.T) {
	for name, tc := range map[string]struct {
		change  func(*Config)
		setting string // "" if it is fine
		says    string
	}{
		"default":                     {func(*Config) {}, "", ""},
		"localhost":                   {func(c *Config) { c.Listen = "localhost:1" }, "", ""},
		"IPv6 loopback":               {func(c *Config) { c.Listen, c.S3Listen = "[::1]:1", "[::1]:2" }, "", ""},
		"types":                       {func(c *Config) { c.AllowedTypes = []string{"image/*", "application/pdf"} }, "", ""},
		"open with an issuer":         {func(c *Config) { c.Listen, c.Issuer, c.Audience = "0.0.0.0:80", "https://id.example", "files" }, "", ""},
		"no data":                     {func(c *Config) { c.Data = "" }, "--data", "folder"},
		"a database":                  {func(c *Config) { c.Database = "postgres://bytepass@db.example/files?pool_max_conns=5" }, "", ""},
		"another database":            {func(c *Config) { c.Database = "mysql://db.example/files" }, "--database", "postgres://"},
		"no connections":              {func(c *Config) { c.Database = "postgres://db.example/files?pool_max_conns=0" }, "--database", "pool_max_conns"},
		"no size":                     {func(c *Config) { c.MaxSize = 0 }, "--max-size", "between 1"},
		"beyond S3":                   {func(c *Config) { c.MaxSize = 1 << 60 }, "--max-size", "between 1"},
		"no life of a part":           {func(c *Config) { c.PartSeconds = -1 }, "--part-seconds", "between 1"},
		"too long a life":             {func(c *Config) { c.PartSeconds = 2701 }, "--part-seconds", "2700"},
		"no port":                     {func(c *Config) { c.Listen = "127.0.0.1" }, "--listen", "HOST:PORT"},
		"open":                        {func(c *Config) { c.Listen = ":8080" }, "--listen", "--issuer"},
		"open on a name":              {func(c *Config) { c.Listen = "files.example:80" }, "--listen", "--issuer"},
		"open store":                  {func(c *Config) { c.S3Listen = "192.0.2.1:9000" }, "--s3-listen", "--issuer"},
		"store everywhere":            {func(c *Config) { c.S3Listen, c.Issuer, c.Audience = "0.0.0.0:9000", "https://id.example", "x" }, "--s3-listen", "clients reach"},
		"store everywhere, no issuer": {func(c *Config) { c.S3Listen = "0.0.0.0:9000" }, "--s3-listen", "clients reach"},
		"store on no port":            {func(c *Config) { c.S3Listen = "127.0.0.1:0" }, "--s3-listen", "leave the flag out"},
		"store without API":           {func(c *Config) { c.S3Listen = "192.0.2.1:9000" }, "--s3-listen", "for this machine alone"},
		"store at the API":            {func(c *Config) { c.S3Listen = "127.0.0.1:8080" }, "--s3-listen", "port of its own"},
		"store in the API": {func(c *Config) {
			c.Listen, c.S3Listen, c.Issuer, c.Audience = ":8080", "192.0.2.1:8080", "https://id.example", "x"
		}, "--s3-listen", "port of its own"},
		"store beside the API": {func(c *Config) { c.S3Listen = "127.0.0.1:8081" }, "", ""},
		"no audience":          {func(c *Config) { c.Issuer = "https://id.example" }, "--issuer", "--audience"},
		"client, no issuer":    {func(c *Config) { c.ClientID = "console" }, "--client-id", "--issuer"},
		"prefix, no issuer":    {func(c *Config) { c.ScopePrefix = "bytepass/" }, "--scope-prefix", "--issuer"},
		"prefix with a space": {func(c *Config) {
			c.Issuer, c.Audience, c.ScopePrefix = "https://id.example", "files", "a b/"
		}, "--scope-prefix", "space"},
		"scopes, no client": {func(c *Config) { c.LoginScopes = []string{"openid"} }, "--login-scopes", "--client-id"},
		"scopes without openid": {func(c *Config) {
			c.Issuer, c.Audience, c.ClientID, c.LoginScopes = "https://id.example", "files", "console", []string{"profile"}
		}, "--login-scopes", "openid"},
		"only an audience":    {func(c *Config) { c.Audience = "files" }, "--audience", "--issuer"},
		"a certificate alone": {func(c *Config) { c.TLSCert = "cert.pem" }, "--tls-cert", "--tls-key"},
		"a key alone":         {func(c *Config) { c.TLSKey = "key.pem" }, "--tls-key", "--tls-cert"},
		"TLS in development":  {func(c *Config) { c.TLSCert, c.TLSKey = "cert.pem", "key.pem" }, "--tls-cert", "--issuer"},
		"no claim":            {func(c *Config) { c.OwnerClaim = "" }, "--owner-claim", "sub"},
		"origin with a path":  {func(c *Config) { c.Origins = []string{"https://app.example/"} }, "--origin", "scheme and host"},
		"any origin":          {func(c *Config) { c.Origins = []string{"*"} }, "--origin", "scheme and host"},
		"no type":             {func(c *Config) { c.AllowedTypes = []string{"images"} }, "--allowed-types", "image/png"},
		"any type":            {func(c *Config) { c.AllowedTypes = []string{"*/*"} }, "--allowed-types", "image/png"},
		"half a type":         {func(c *Config) { c.AllowedTypes = []string{"image/p*"} }, "--allowed-types", "image/png"},
		"no folder needed":    {func(c *Config) { onForeign(c); c.Data = "" }, "", ""},
		"folder for SQLite":   {func(c *Config) { onForeign(c); c.Data, c.Database = "", "" }, "--data", "folder"},
		"folder for identity": {func(c *Config) { onForeign(c); c.Data, c.Issuer, c.Audience = "", "", "" }, "--data", "folder"},
		"a store of one's own": {func(c *Config) {
			onForeign(c)
			c.S3.PublicEndpoint, c.S3.SignerAccessKey, c.S3.SignerSecretKey, c.S3.WebhookSecret = "https://s3.example/", "k", "s", hookSecret
		}, "", ""},
		"two stores":          {func(c *Config) { onForeign(c); c.S3Listen = "127.0.0.1:9000" }, "--s3-listen", "--s3-endpoint"},
		"no bucket":           {func(c *Config) { onForeign(c); c.S3.Bucket = "" }, "--s3-bucket", "bytepass provision"},
		"no key":              {func(c *Config) { onForeign(c); c.S3.AccessKey = "" }, "--s3-access-key", "user"},
		"no secret":           {func(c *Config) { onForeign(c); c.S3.SecretKey = "" }, "--s3-secret-key", "BYTEPASS_S3_SECRET_KEY"},
		"half a signer":       {func(c *Config) { onForeign(c); c.S3.SignerAccessKey = "k" }, "--s3-signer-access-key", "go together"},
		"endpoint with path":  {func(c *Config) { onForeign(c); c.S3.Endpoint = "https://s3.example/x" }, "--s3-endpoint", "https://"},
		"public with path":    {func(c *Config) { onForeign(c); c.S3.PublicEndpoint = "s3.example" }, "--s3-public-endpoint", "https://"},
		"no region":           {func(c *Config) { onForeign(c); c.S3.Region = "eu west" }, "--s3-region", "eu-central-1"},
		"no name of a bucket": {func(c *Config) { onForeign(c); c.S3.Bucket = "a/b" }, "--s3-bucket", "a/b"},
		"poor secret":         {func(c *Config) { onForeign(c); c.S3.WebhookSecret = "secret" }, "--webhook-secret", "openssl"},
		"all the time":        {func(c *Config) { onForeign(c); c.S3.PollEvery = time.Millisecond }, "--poll-every", "1s"},
		"comparing for ever":  {func(c *Config) { onForeign(c); c.S3.ReconcileEvery = -1 }, "--reconcile-every", "1s"},
		"bucket of nothing":   {func(c *Config) { c.S3.Bucket = "files" }, "--s3-bucket", "--s3-endpoint"},
		"webhook of nothing":  {func(c *Config) { c.S3.WebhookSecret = hookSecret }, "--webhook-secret", "--s3-endpoint"},
		"behind a proxy": {func(c *Config) {
			c.PublicURL, c.TrustedProxies, c.DrainDelay = "https://files.example", []string{"10.0.0.0/8", "::1"}, time.Second
		}, "", ""},
		"public with a slash":  {func(c *Config) { c.PublicURL = "https://files.example/" }, "--public-url", "scheme and host"},
		"no network":           {func(c *Config) { c.TrustedProxies = []string{"proxy.example"} }, "--trusted-proxies", "10.0.0.0/8"},
		"leaving for ever":     {func(c *Config) { c.DrainDelay = time.Hour }, "--drain-delay", "5m"},
		"metrics":              {func(c *Config) { c.MetricsListen = ":9100" }, "", ""},
		"metrics nowhere":      {func(c *Config) { c.MetricsListen = "9100" }, "--metrics-listen", "HOST:PORT"},
		"metrics at the API":   {func(c *Config) { c.MetricsListen = ":8080" }, "--metrics-listen", "port of their own"},
		"metrics at the store": {func(c *Config) { c.S3Listen, c.MetricsListen = "127.0.0.1:9000", "0.0.0.0:9000" }, "--metrics-listen", "port of their own"},
	} {
		t.Run(name, func(t *testing.T) {
			c := valid()
			tc.change(&c)
			err := c.Validate()
			var setting *SettingError
			switch {
			case tc.setting == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tc.setting != "" && (!errors.As(err, &setting) || setting.Setting != tc.setting || !strings.Contains(err.Error(), tc.says)):
				t.Errorf("error %v, want one on %s that says %q", err, tc.setting, tc.says)
			}
		})
	}
}

func TestOwnOrigins(t *testing.T) {
	for address, want := range map[string][]string{
		"127.0.0.1:8080":   {"http://127.0.0.1:8080", "http://localhost:8080"},
		"localhost:8080":   {"http://localhost:8080", "http://127.0.0.1:8080"},
		"[::1]:8080":       {"http://[::1]:8080", "http://localhost:8080", "http://127.0.0.1:8080"},
		"files.example:80": {"http://files.example"},
	} {
		if got := ownOrigins("http", address); !slices.Equal(got, want) {
			t.Errorf("ownOrigins(%s) = %q, want %q", address, got, want)
		}
	}
	if got := ownOrigins("https", "files.example:443"); !slices.Equal(got, []string{"https://files.example"}) {
		t.Errorf("with TLS: %q", got)
	}
}

// wantSetting checks that err is about a setting and says something.
func wantSetting(t *testing.T, err error, setting, says string) {
	t.Helper()
	var about *SettingError
	if !errors.As(err, &about) || about.Setting != setting || !strings.Contains(err.Error(), says) {
		t.Errorf("error %v, want one on %s that says %q", err, setting, says)
	}
}
