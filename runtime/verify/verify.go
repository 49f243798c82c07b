package verify

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
)

// Defaults of Config.
const (
	DefaultTimeout        = 30 * time.Second
	DefaultListedWithin   = 10 * time.Second
	DefaultLeftoversAfter = 10 * time.Minute
)

// ErrRefused is returned when the deployment refuses the token: nothing was
// checked.
var ErrRefused = errors.New("the deployment refuses the token")

// Credentials are those of one of the deployment's signers.
type Credentials struct{ AccessKeyID, SecretAccessKey, SessionToken string }

// Config is what a run is made of. Only URL is needed; without the others, what
// needs them is not checked.
type Config struct {
	// URL is where the API is, such as "https://files.example.com".
	URL string
	// Token is asked for an access token before each request; nil, or one that
	// gives none, is the guest of a development server.
	Token client.TokenSource
	// Other is the same for another owner.
	Other client.TokenSource
	// Expired is a token that was good once.
	Expired string
	// Origin is a web origin whose pages may use the deployment.
	Origin string
	// Signer are credentials that sign URLs and must be good for nothing else.
	Signer *Credentials
	// MimeType is that of the files that are uploaded; empty tries some that
	// the deployment may allow.
	MimeType string
	// Except names checks to leave out, Require those that have to be made, or
	// "all" for all but these.
	Except, Require []string
	// Timeout bounds the checks; ListedWithin how long an upload may take to be
	// listed; LeftoversAfter how old leftovers have to be, more than a run takes:
	// Timeout, and ListedWithin and 15 s to clean up. 0 are the defaults.
	Timeout, ListedWithin, LeftoversAfter time.Duration
	// Transport sends the requests; nil is http.DefaultTransport.
	Transport http.RoundTripper
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Validate returns what is wrong with the configuration, and names the flag of
// the command, or nil.
func (c Config) Validate() error {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return errors.New("--url: the address of the API is not a URL such as https://files.example.com")
	case c.Timeout < 0 || c.ListedWithin < 0 || c.LeftoversAfter < 0:
		return errors.New("--timeout, --listed-within and --leftovers-after cannot be negative")
	case c.or(c.LeftoversAfter, DefaultLeftoversAfter) < c.or(c.Timeout, DefaultTimeout)+c.cleaning():
		return fmt.Errorf("--leftovers-after: %v is less than a run may take (--timeout and %v to clean up): it would remove the files of one that is under way", c.or(c.LeftoversAfter, DefaultLeftoversAfter), c.cleaning())
	}
	if o, err := url.Parse(c.Origin); c.Origin != "" && (err != nil || o.Host == "" || o.Scheme+"://"+o.Host != c.Origin) {
		return fmt.Errorf("--origin: %q is not a web origin; write scheme and host only, such as https://app.example", c.Origin)
	}
	if err := checkNames("--except", c.Except); err != nil || slices.Equal(c.Require, []string{"all"}) {
		return err
	}
	return checkNames("--require", c.Require)
}

// checkNames returns an error that names the flag if one of the names is no
// check's.
func checkNames(flag string, given []string) error {
	for _, name := range given {
		if !slices.Contains(Names(), name) {
			return fmt.Errorf("%s: there is no check %q; there are %s", flag, name, strings.Join(Names(), ", "))
		}
	}
	return nil
}

func (Config) or(d, standard time.Duration) time.Duration {
	if d == 0 {
		return standard
	}
	return d
}

// Run makes all checks and cleans up. That checks failed is in the report only;
// the error is ErrRefused, the context's when it ended (the report tells how far
// it came), or what Validate says. Any number of runs may go on at once.
func Run(ctx context.Context, cfg Config) (Report, error) {
	if err := cfg.Validate(); err != nil {
		return Report{}, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	p := newProbe(cfg)
	defer p.http.CloseIdleConnections() // a server that stops would wait for them
	report := Report{URL: p.base, Start: cfg.Now().UTC()}
	bounded, cancel := context.WithTimeout(ctx, cfg.or(cfg.Timeout, DefaultTimeout))
	defer cancel()
	reached := p.reach(bounded)
	report.Results = p.schedule(bounded, reached)
	if reached == nil {
		cleaning, stop := context.WithTimeout(context.WithoutCancel(ctx), cfg.cleaning())
		defer stop()
		var err error
		report.Leftovers, err = p.removeLeftovers(cleaning)
		report.Results = append(report.Results, p.cleanup(cleaning, err))
	}
	report.Listed, report.Took = p.listed, cfg.Now().Sub(report.Start)
	report.Missing, report.Interrupted = cfg.missing(report), ctx.Err() != nil
	if errors.Is(reached, ErrRefused) {
		return report, reached
	}
	return report, ctx.Err()
}

// missing returns which of the required checks were not made.
func (c Config) missing(r Report) (names []string) {
	for _, result := range r.Results {
		all := slices.Contains(c.Require, "all") && !slices.Contains(c.Except, result.Name)
		if result.State == NotChecked && (all || slices.Contains(c.Require, result.Name)) {
			names = append(names, result.Name)
		}
	}
	return names
}

// newProbe returns a probe with a name that no other run has.
func newProbe(cfg Config) *probe {
	if cfg.Transport == nil {
		cfg.Transport = http.DefaultTransport
	}
	name := cfg.Now().UTC().Format(stampLayout) + "-" + strings.ToLower(rand.Text()[:8])
	return &probe{
		cfg: cfg, base: strings.TrimRight(cfg.URL, "/"), folder: prefix + name + "/",
		own: identity{cfg.Token}, other: identity{cfg.Other},
		http: &http.Client{
			Transport: cfg.Transport, Timeout: requestTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}
