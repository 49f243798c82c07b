package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/runtime/transfer"
	"github.com/bytepass/bytepass/runtime/transfer/report"
)

const remoteHelp = `

The deployment is that of --url or BYTEPASS_URL. The access token comes from
--token-file (read anew for each request), --token or BYTEPASS_TOKEN; serve
takes requests of this machine without one.

Exit codes: 0 all done; 1 something failed; 2 used wrongly, nothing was touched;
3 there is no such file; 4 the token was refused; 130 interrupted.`

// remote are the flags of commands that talk to a deployment.
type remote struct {
	url, token, tokenFile, space, proxy string
	parallel                            int
	timeout                             time.Duration
	json, quiet                         bool

	told *report.Report // once there is one
}

// connectFlags are those that say where the deployment is and who asks.
func (r *remote) connectFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&r.url, "url", "", "where the API is (default: $BYTEPASS_URL, or http://127.0.0.1:8080)")
	f.StringVar(&r.token, "token", "", "access token; --token-file and $BYTEPASS_TOKEN keep it out of the list of processes")
	f.StringVar(&r.tokenFile, "token-file", "", "file that holds the access token")
	f.StringVar(&r.proxy, "proxy", "", "HTTP proxy for all requests (default: that of the environment)")
}

func (r *remote) flags(c *cobra.Command) {
	r.connectFlags(c)
	f := c.Flags()
	f.StringVar(&r.space, "space", "", "whose files: g/GROUP for those of a group (default: your own)")
	f.BoolVar(&r.json, "json", false, "print an object of JSON for each file")
	f.BoolVar(&r.quiet, "quiet", false, "print errors only")
}

// transferFlags are those of commands that move bytes.
func (r *remote) transferFlags(c *cobra.Command) {
	f := c.Flags()
	r.parallelFlag(c, fmt.Sprintf("requests to the store at once, over all files, from 1 to %d (default %d, but %d of those that move more than 1 MiB)", maxParallel, transfer.DefaultParallel, transfer.DefaultLarge))
	f.DurationVar(&r.timeout, "timeout", transfer.DefaultStall, "how long a request may make no progress before it is sent again")
}

// maxParallel is the most that --parallel takes.
const maxParallel = 256

// parallelFlag is the one that says how much is done at once.
func (r *remote) parallelFlag(c *cobra.Command, usage string) {
	c.Flags().IntVar(&r.parallel, "parallel", 0, usage)
}

// checkParallel refuses a number that --parallel does not take.
func (r *remote) checkParallel(c *cobra.Command) error {
	if c.Flags().Changed("parallel") && (r.parallel < 1 || r.parallel > maxParallel) {
		return usageError{fmt.Errorf("--parallel: write a number from 1 to %d", maxParallel)}
	}
	return nil
}

// httpClient returns what sends the requests of the API, or those of the store.
func (r *remote) httpClient() (*http.Client, error) {
	parallel := cmp.Or(r.parallel, transfer.DefaultParallel)
	if r.proxy == "" {
		return transfer.NewStoreClient(nil, parallel), nil
	}
	proxy, err := url.Parse(r.proxy)
	if err != nil || proxy.Host == "" {
		return nil, usageError{errors.New("--proxy: write a URL such as http://proxy.example:3128")}
	}
	return transfer.NewStoreClient(proxy, parallel), nil
}

// base returns where the API is.
func (r *remote) base() string {
	return cmp.Or(r.url, os.Getenv("BYTEPASS_URL"), "http://127.0.0.1:8080")
}

// client returns the client of the deployment's API.
func (r *remote) client() (*client.Client, error) {
	if r.json && r.quiet {
		return nil, usageError{errors.New("--json and --quiet contradict each other")}
	}
	if kind, name, _ := strings.Cut(r.space, "/"); r.space != "" && (kind != "g" && kind != "u" || name == "") {
		return nil, usageError{fmt.Errorf("--space: %q is not a space; leave it out for your own files, or write g/GROUP", r.space)}
	}
	source, err := r.tokenSource()
	if err != nil {
		return nil, err
	}
	h, err := r.httpClient()
	if err != nil {
		return nil, err
	}
	h.Timeout = time.Minute // API Gateway gives up after half of it
	c, err := client.New(client.Config{BaseURL: r.base(), Token: source, Space: r.space, HTTP: h, Retry: r.retry()})
	if err != nil {
		return nil, usageError{errors.New("--url: " + err.Error())}
	}
	return c, nil
}

func (r *remote) tokenSource() (client.TokenSource, error) {
	switch {
	case r.token != "" && r.tokenFile != "":
		return nil, usageError{errors.New("--token and --token-file contradict each other")}
	case r.tokenFile != "":
		source := client.TokenFile(r.tokenFile)
		if _, err := source(context.Background()); err != nil {
			return nil, usageError{errors.New("--token-file: " + err.Error())}
		}
		return source, nil
	case r.token != "":
		return namedToken("--token", r.token)
	}
	return namedToken("BYTEPASS_TOKEN", os.Getenv("BYTEPASS_TOKEN"))
}

// namedToken is the token that a flag or variable of this name holds.
func namedToken(name, text string) (client.TokenSource, error) {
	token, err := client.ParseToken(text)
	if err != nil {
		return nil, usageError{errors.New(name + ": " + err.Error())}
	}
	return client.StaticToken(token), nil
}

// engine returns what moves bytes.
func (r *remote) engine(c *cobra.Command) (*transfer.Engine, error) {
	if err := r.checkParallel(c); err != nil {
		return nil, err
	}
	if r.timeout < time.Second {
		return nil, usageError{errors.New("--timeout: write at least 1s")}
	}
	api, err := r.client()
	if err != nil {
		return nil, err
	}
	store, err := r.httpClient()
	if err != nil {
		return nil, err
	}
	return transfer.New(transfer.Config{API: api, Store: store, Parallel: r.parallel, Large: r.parallel, Stall: r.timeout, Retry: r.retry()}), nil
}

// retry is the patience of all requests; the report tells what it is used for.
func (r *remote) retry() client.Retry {
	return client.Retry{Waiting: func(why error) {
		if r.told != nil {
			r.told.Waiting(why)
		}
	}}
}

// report returns what tells how it goes; results go to out.
func (r *remote) report(c *cobra.Command, out io.Writer) *report.Report {
	cfg := report.Config{Out: out, Err: c.ErrOrStderr(), Now: time.Now}
	switch {
	case r.json:
		cfg.Mode = report.JSON
	case r.quiet:
		cfg.Mode = report.Quiet
	}
	if f, ok := cfg.Err.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		cfg.Bar, _, _ = term.GetSize(int(f.Fd())) // 0 draws none
	}
	r.told = report.New(cfg)
	return r.told
}

// failures is the error of a command whose failures were told already.
type failures []error

// Error says how many there were.
func (f failures) Error() string { return "some files failed" }

// Unwrap returns all of them.
func (f failures) Unwrap() []error { return f }

// outcome is the error of a command, of all that failed.
func outcome(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	return failures(errs)
}
