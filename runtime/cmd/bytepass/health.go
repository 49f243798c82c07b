package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bytepass/bytepass/runtime/server/embedded"
)

const healthExamples = `  # does the server on this machine work, and everything behind it?
  bytepass health

  # one that speaks HTTPS, by a name that its certificate does not have
  bytepass health --url https://127.0.0.1:8443 --tls-cert cert.pem`

// health asks a server how it is.
type health struct {
	url, cert string
	live      bool
	timeout   time.Duration
}

func newHealth() *cobra.Command {
	h := &health{}
	c := &cobra.Command{
		Use:   "health",
		Short: "Ask a server whether it works",
		Long: `Ask a server whether it and everything behind it works, for health checks
where there is no other program, as in a container. The exit code is 0 if so,
and 1 if not.`,
		Example: healthExamples,
		Args:    noArguments,
		RunE:    h.run,
	}
	f := c.Flags()
	f.StringVar(&h.url, "url", "", "where the API is (default: $BYTEPASS_URL, or http://127.0.0.1:8080)")
	f.StringVar(&h.cert, "tls-cert", "", "trust exactly the first certificate in this file, by whatever name")
	f.BoolVar(&h.live, "live", false, "ask only whether it is alive, whatever is behind it")
	f.DurationVar(&h.timeout, "timeout", 10*time.Second, "how long to wait for an answer")
	return c
}

func (h *health) run(c *cobra.Command, _ []string) error {
	base := cmp.Or(h.url, os.Getenv("BYTEPASS_URL"), "http://127.0.0.1:8080")
	if u, err := url.Parse(base); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return usageError{errors.New("--url: write a URL such as http://127.0.0.1:8080")}
	}
	if h.cert != "" {
		if _, err := os.ReadFile(h.cert); err != nil {
			return usageError{fmt.Errorf("--tls-cert: %w", err)}
		}
	}
	path := "/readyz"
	if h.live {
		path = "/healthz"
	}
	r, err := http.NewRequestWithContext(c.Context(), http.MethodGet, strings.TrimSuffix(base, "/")+path, nil)
	if err != nil {
		return usageError{fmt.Errorf("--url: %w", err)}
	}
	over := embedded.Transport(h.cert)
	over.DisableKeepAlives = true
	res, err := (&http.Client{Transport: over, Timeout: h.timeout}).Do(r)
	if err != nil {
		return fmt.Errorf("the server does not answer: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusOK {
		_, err = fmt.Fprintln(c.OutOrStdout(), "ok")
		return err
	}
	var problem struct{ Detail string }
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil || json.Unmarshal(body, &problem) != nil || problem.Detail == "" {
		return fmt.Errorf("the server answers %s", res.Status)
	}
	return errors.New(problem.Detail)
}
