package server

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// preflightTimeout bounds the questions about all origins: the start waits.
const preflightTimeout = 5 * time.Second

// lookAtOrigins warns of origins whose pages cannot upload, because the store
// does not let them in: it asks as a browser does before it PUTs (the Fetch
// standard's CORS preflight). A proxy before the store's public endpoint may see
// to that, too, and then the warning is about nothing.
func (f *foreignStore) lookAtOrigins(ctx context.Context, origins []string) {
	ctx, cancel := context.WithTimeout(ctx, preflightTimeout)
	defer cancel()
	var out []string
	for _, origin := range origins {
		if lets, err := f.letsIn(ctx, origin); err == nil && !lets {
			out = append(out, origin)
		}
	}
	if len(out) > 0 {
		f.log.Warn("the store does not let pages of some origins in, so browsers cannot upload from there; bytepass provision --origin does that", "origins", strings.Join(out, " "))
	}
}

// letsIn asks the store whether pages of an origin may upload.
func (f *foreignStore) letsIn(ctx context.Context, origin string) (bool, error) {
	url := strings.TrimSuffix(f.cfg.Endpoint, "/") + "/" + f.cfg.Bucket + "/u/preflight"
	r, err := http.NewRequestWithContext(ctx, http.MethodOptions, url, nil)
	if err != nil {
		return false, err
	}
	r.Header.Set("Origin", origin)
	r.Header.Set("Access-Control-Request-Method", http.MethodPut)
	r.Header.Set("Access-Control-Request-Headers", "content-type")
	res, err := newHTTPClient(f.over, s3Timeout).Do(r)
	if err != nil {
		return false, err
	}
	defer res.Body.Close()
	allowed := res.Header.Get("Access-Control-Allow-Origin")
	return res.StatusCode < http.StatusMultipleChoices && (allowed == origin || allowed == "*"), nil
}
