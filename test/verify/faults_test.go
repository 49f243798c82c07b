package verify

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/verify"
)

// resize makes a body as long as it was signed to be.
func resize(r *http.Request, length int64) {
	body, _ := io.ReadAll(r.Body)
	body = append(body, make([]byte, length)...)[:length]
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), length
}

// swallow answers a call of the API as if it had been done.
func swallow(method, path string) fault {
	return fault{request: func(f *front, r *http.Request) *http.Response {
		if r.Method == method && r.URL.Path == path && r.Header.Get("Authorization") == "Bearer "+f.own {
			return status(http.StatusOK, `{"success":true,"key":"x"}`)
		}
		return nil
	}}
}

// hurried returns a fault that swallows a call and a clock with which nobody
// waits for what does not happen: once the call was swallowed it leaps ahead with
// each question for it, by all the time that an answer may take.
func hurried(f fault) (fault, func() time.Time) {
	var swallowed atomic.Value
	var ahead atomic.Int64
	asked := f.request
	f.request = func(fr *front, r *http.Request) *http.Response {
		res := asked(fr, r)
		if res != nil {
			swallowed.Store(r.Method)
		}
		// What was not deleted is asked for at the end, too, among all that is there.
		method, one := swallowed.Load(), r.URL.Query().Get("limit") == "10"
		if method != nil && r.URL.Path == "/api/files" && r.Method == http.MethodGet && (one || method == http.MethodDelete) {
			ahead.Add(int64(patience))
		}
		return res
	}
	return f, func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
}

// without takes a header out of the answers of a host.
func without(host string, names ...string) fault {
	return fault{answer: func(f *front, res *http.Response) {
		if (res.Request.URL.Host == f.store.Host) == (host == storeHost) {
			for _, name := range names {
				res.Header.Del(name)
			}
		}
	}}
}

// faults are planted one at a time; red are the checks that have to find it.
var faults = map[string]struct {
	fault
	red []string
}{
	"unsigned access is allowed": {fault{request: func(f *front, r *http.Request) *http.Response {
		if r.Host == storeHost && r.Method != http.MethodOptions && !r.URL.Query().Has("X-Amz-Credential") {
			return f.letIn(r)
		}
		return nil
	}}, []string{"unsigned"}},
	"the type is not bound": {fault{request: func(f *front, r *http.Request) *http.Response {
		if s, ok := f.of(r); ok && r.Method == http.MethodPut && s.path == r.URL.Path {
			r.Header.Set("Content-Type", s.headers["Content-Type"])
		}
		return nil
	}}, []string{"type-bound"}},
	"the length is not bound": {fault{request: func(f *front, r *http.Request) *http.Response {
		if s, ok := f.of(r); ok && s.length != nil {
			resize(r, *s.length)
		}
		return nil
	}}, []string{"length-bound"}},
	"the key is not bound": {fault{request: func(f *front, r *http.Request) *http.Response {
		if s, ok := f.of(r); ok && s.path != r.URL.Path && r.Method == http.MethodPut && s.length != nil {
			return f.letIn(r)
		}
		return nil
	}}, []string{"key-bound"}},
	"the method is not bound": {fault{request: func(f *front, r *http.Request) *http.Response {
		if s, ok := f.of(r); ok && s.length != nil && r.Method != http.MethodPut && r.Method != http.MethodOptions {
			return f.letIn(r)
		}
		return nil
	}}, []string{"verb-bound"}},
	"the signature is ignored": {fault{request: func(f *front, r *http.Request) *http.Response {
		if _, ok := f.of(r); !ok && r.Method == http.MethodPut && r.URL.Query().Has("X-Amz-Credential") && f.known(r.URL.Path) {
			return f.letIn(r)
		}
		return nil
	}}, []string{"signature-bound"}},
	"the expiry is ignored": {fault{request: func(f *front, r *http.Request) *http.Response {
		if s, ok := f.of(r); ok && s.path == r.URL.Path && time.Now().After(s.until) {
			return f.letIn(r)
		}
		return nil
	}}, []string{"expiry"}},
	"checksums are ignored": {fault{request: func(f *front, r *http.Request) *http.Response {
		if s, ok := f.of(r); ok && s.headers["x-amz-checksum-sha256"] != "" {
			r.Header.Del("X-Amz-Checksum-Sha256")
			return f.letIn(r)
		}
		return nil
	}}, []string{"checksum"}},
	"overwrite false is ignored": {fault{request: func(f *front, r *http.Request) *http.Response {
		if s, ok := f.of(r); ok && s.headers["If-None-Match"] != "" {
			r.Header.Del("If-None-Match")
			return f.letIn(r)
		}
		return nil
	}}, []string{"overwrite"}},
	"download URLs are not pinned": {fault{request: func(f *front, r *http.Request) *http.Response {
		if s, ok := f.of(r); ok && s.query.Has("versionId") && !r.URL.Query().Has("versionId") {
			return f.letIn(r)
		}
		return nil
	}}, []string{"download-bound"}},
	"a signer's credentials work in a header": {fault{}, []string{"signer-header"}}, // see TestFaults
	"the store lets no origin in":             {without(storeHost, "Access-Control-Allow-Origin"), []string{"cors-store"}},
	"the store exposes no ETag": {fault{answer: func(_ *front, res *http.Response) {
		res.Header.Set("Access-Control-Expose-Headers", strings.ReplaceAll(res.Header.Get("Access-Control-Expose-Headers"), "ETag", "X"))
	}}, []string{"cors-store"}},
	"the API lets no origin in": {without(apiHost, "Access-Control-Allow-Origin"), []string{"cors-api"}},
	"every origin is let in": {fault{answer: func(_ *front, res *http.Response) {
		if origin := res.Request.Header.Get("Origin"); origin != "" {
			res.Header.Set("Access-Control-Allow-Origin", origin)
		}
	}}, []string{"cors-foreign"}},
	"another owner can read": {fault{request: func(f *front, r *http.Request) *http.Response {
		if r.URL.Path == "/api/file" && r.Header.Get("Authorization") != "" {
			r.Header.Set("Authorization", "Bearer "+f.own)
		}
		return nil
	}}, []string{"other-owner"}},
	"who is asking is mixed up": {fault{request: func(f *front, r *http.Request) *http.Response {
		if r.Header.Get("Authorization") == "Bearer "+f.other {
			r.Header.Set("Authorization", "Bearer "+f.own)
		}
		return nil
	}}, []string{"other-owner"}},
	"spaces are not checked": {fault{request: func(_ *front, r *http.Request) *http.Response {
		if q := r.URL.Query(); strings.HasSuffix(q.Get("space"), "-nobody") {
			q.Del("space")
			r.URL.RawQuery = q.Encode()
		}
		return nil
	}}, []string{"spaces"}},
	"no token is needed": {fault{request: func(f *front, r *http.Request) *http.Response {
		if r.Host == apiHost && r.Header.Get("Authorization") == "" && r.Method != http.MethodOptions {
			r.Header.Set("Authorization", "Bearer "+f.own)
		}
		return nil
	}}, []string{"no-token"}},
	"tokens are not verified": {fault{request: func(f *front, r *http.Request) *http.Response {
		if token := r.Header.Get("Authorization"); strings.Count(token, ".") == 2 && token[:20] != ("Bearer " + f.own)[:20] {
			r.Header.Set("Authorization", "Bearer "+f.own)
		}
		return nil
	}}, []string{"bad-token"}},
	"tokens live for ever": {fault{request: func(f *front, r *http.Request) *http.Response {
		if r.Header.Get("Authorization") == "Bearer "+f.expired {
			r.Header.Set("Authorization", "Bearer "+f.own)
		}
		return nil
	}}, []string{"expired-token"}},
	"downloads are damaged": {fault{answer: func(_ *front, res *http.Response) {
		if res.Request.Method == http.MethodGet && res.Header.Get("Content-Disposition") != "" {
			body, _ := io.ReadAll(res.Body)
			body[len(body)/2] ^= 1
			setBody(res, body)
		}
	}}, []string{"download"}},
	"downloads are shown in place": {without(storeHost, "Content-Disposition"), []string{"disposition"}},
	"answers may be kept":          {without(apiHost, "Cache-Control"), []string{"api-headers"}},
	"uploads fail": {fault{request: func(_ *front, r *http.Request) *http.Response {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/file.html") {
			return status(http.StatusForbidden, "<Error><Code>AccessDenied</Code></Error>")
		}
		return nil
	}}, []string{"upload"}},
	"uploads in parts cannot be completed": {fault{request: func(_ *front, r *http.Request) *http.Response {
		if strings.HasSuffix(r.URL.Path, "/complete") && r.Header.Get("Authorization") != "" {
			return status(http.StatusForbidden, "{}")
		}
		return nil
	}}, []string{"multipart"}},
	"health is told badly": {fault{request: func(_ *front, r *http.Request) *http.Response {
		if r.URL.Path == "/healthz" && r.TLS != nil {
			return status(http.StatusForbidden, "")
		}
		return nil
	}}, []string{"health"}},
	"deletion does nothing":              {swallow(http.MethodDelete, "/api/files"), []string{"delete", "cleanup"}},
	"restoring does nothing":             {swallow(http.MethodPost, "/api/restore"), []string{"restore"}},
	"the API takes TLS 1.1":              {fault{oldTLS: true}, []string{"tls"}},
	"the API answers in the clear":       {fault{inTheClear: []string{apiHost}}, []string{"tls"}},
	"the store takes files in the clear": {fault{inTheClear: []string{storeHost}}, []string{"tls"}},
	"TLS is off":                         {fault{inTheClear: []string{apiHost, storeHost, "tls is off"}}, []string{"tls"}},
}

// TestFaults plants each of them: the check that it is about finds it, and no
// other, whatever else depends on it.
func TestFaults(t *testing.T) {
	d := deploy(t)
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			waitsInVain := slices.Contains(f.red, "delete") || slices.Contains(f.red, "restore")
			now := time.Now
			if waitsInVain {
				f.fault, now = hurried(f.fault)
			}
			cfg := d.config(t, f.fault)
			cfg.Now = now
			if !slices.Contains(f.red, "expiry") {
				cfg.Except = []string{"expiry"} // which takes seconds
			}
			if slices.Contains(f.red, "signer-header") {
				cfg.Transport, cfg.URL = nil, d.server.URL // where the root keys are good in a header too
			}
			if f.inTheClear != nil && slices.Contains(f.inTheClear, "tls is off") {
				cfg.URL = "http://" + apiHost
			}
			report, err := verify.Run(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			if red := named(report, verify.Failed); !slices.Equal(red, f.red) {
				t.Errorf("failed: %q, want %q\n%s", red, f.red, text(report))
			}
			told(t, d, report)
		})
	}
}

// told fails if a report says what opens doors.
func told(t *testing.T, d *deployment, r verify.Report) {
	t.Helper()
	for _, secret := range []string{"X-Amz-", d.own, d.other, d.root.SecretAccessKey, url.QueryEscape(d.own)} {
		if strings.Contains(text(r), secret) {
			t.Errorf("the report holds a credential: %s", text(r))
		}
	}
}
