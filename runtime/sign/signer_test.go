package sign_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/sign"
)

// TestAmazonsExample is the example of
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
func TestAmazonsExample(t *testing.T) {
	s := newSigner(t, sign.Config{
		Endpoint: "https://s3.amazonaws.com", Region: "us-east-1", Bucket: "examplebucket",
		Now: at(time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)),
	})
	got, expires, err := s.Presign(t.Context(), sign.Request{Method: "GET", Key: "test.txt", Life: 24 * time.Hour})
	want := "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256" +
		"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
		"&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
		"&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
	if err != nil || got != want || !expires.Equal(time.Date(2013, 5, 25, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("got %s, %v, %v", got, expires, err)
	}
}

func TestExpires(t *testing.T) {
	now := time.Date(2026, 10, 3, 23, 59, 58, 900_000_000, time.UTC)
	for _, tc := range []struct {
		name  string
		creds time.Time // when the credentials end
		want  time.Time
	}{
		{"credentials that never end", time.Time{}, time.Date(2026, 10, 4, 0, 1, 58, 0, time.UTC)},
		{"credentials that end later", now.Add(time.Hour), time.Date(2026, 10, 4, 0, 1, 58, 0, time.UTC)},
		{"credentials that end first", now.Add(time.Minute), now.Add(time.Minute)},
		{"credentials that have ended", now, time.Time{}},
	} {
		creds := exampleKeys
		creds.Expires = tc.creds
		s := newSigner(t, sign.Config{Credentials: sign.Static(creds), Now: at(now)})
		_, got, err := s.Presign(t.Context(), sign.Request{Method: "GET", Key: "a", Life: 2 * time.Minute})
		if !got.Equal(tc.want) || (err != nil) != tc.want.IsZero() {
			t.Errorf("%s: got %v, %v, want %v", tc.name, got, err, tc.want)
		}
	}
}

func TestAsksForCredentialsThatOutliveTheURL(t *testing.T) {
	var asked time.Duration
	refused := errors.New("refused")
	s := newSigner(t, sign.Config{Credentials: func(_ context.Context, minLife time.Duration) (sign.Credentials, error) {
		asked = minLife
		return sign.Credentials{}, refused
	}})
	_, _, err := s.Presign(t.Context(), sign.Request{Method: "GET", Key: "a", Life: 45 * time.Minute})
	if !errors.Is(err, refused) || asked != 50*time.Minute {
		t.Errorf("asked for credentials of %v, got the error %v", asked, err)
	}
}

// TestNothingIsKeptTooLong signs across a change of the second, the day, the
// credentials and the names of the headers, from many goroutines, and expects
// what a new signer says.
func TestNothingIsKeptTooLong(t *testing.T) {
	var (
		mu      sync.Mutex
		creds   = exampleKeys
		now     = time.Date(2026, 12, 31, 23, 59, 50, 0, time.UTC)
		request = sign.Request{Method: "GET", Key: "a", Life: time.Minute}
	)
	shared := newSigner(t, sign.Config{
		Credentials: func(context.Context, time.Duration) (sign.Credentials, error) { return creds, nil },
		Now:         func() time.Time { return now },
	})
	var workers sync.WaitGroup
	for worker := range 8 {
		workers.Go(func() {
			for range 50 {
				mu.Lock()
				switch worker % 4 {
				case 0:
					now = now.Add(time.Second)
				case 1:
					creds.SessionToken += "+"
				case 2:
					creds.SecretAccessKey += "k"
				case 3:
					names := len(request.Header)
					request.Header = append(request.Header[:names%3], sign.Param{Name: fmt.Sprint("x-amz-meta-", names), Value: "v"})
				}
				got, _, err := shared.Presign(t.Context(), request)
				want, _, wantErr := newSigner(t, sign.Config{Credentials: sign.Static(creds), Now: at(now)}).Presign(t.Context(), request)
				mu.Unlock()
				if got != want || err != nil || wantErr != nil {
					t.Errorf("got %s, %v, want %s, %v", got, err, want, wantErr)
				}
			}
		})
	}
	workers.Wait()
}

func TestConcurrentUse(t *testing.T) {
	s := newSigner(t, sign.Config{Now: time.Now})
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for range 200 {
				key := "k" + strings.Repeat("é", 100)
				got, _, err := s.Presign(t.Context(), sign.Request{Method: "GET", Key: key, Life: time.Minute})
				if u, parseErr := url.Parse(got); err != nil || parseErr != nil || u.Path != "/"+key {
					t.Errorf("got %s, %v, %v", got, err, parseErr)
				}
			}
		})
	}
	workers.Wait()
}

func TestRefusedRequests(t *testing.T) {
	s := newSigner(t, sign.Config{})
	for want, r := range map[string]sign.Request{
		"a life of 0s":                  {Method: "GET"},
		"a life of 168h0m1s":            {Method: "GET", Life: 7*24*time.Hour + time.Second},
		"a life of 1.5s":                {Method: "GET", Life: 1500 * time.Millisecond},
		`"" is not a method`:            {Life: time.Second},
		`"GET\n" is not a method`:       {Method: "GET\n", Life: time.Second},
		"has no name":                   {Method: "GET", Life: time.Second, Query: []sign.Param{{Value: "v"}}},
		`"X-Amz-Date" is the signature`: {Method: "GET", Life: time.Second, Query: []sign.Param{{Name: "X-Amz-Date"}}},
		`"a:b" is not a header's name`:  {Method: "GET", Life: time.Second, Header: []sign.Param{{Name: "a:b"}}},
		`"" is not a header's name`:     {Method: "GET", Life: time.Second, Header: []sign.Param{{}}},
		"header host is given twice":    {Method: "GET", Life: time.Second, Header: []sign.Param{{Name: "Host", Value: "evil"}}},
		"header a is given twice":       {Method: "GET", Life: time.Second, Header: []sign.Param{{Name: "A"}, {Name: "a"}}},
		"value of header a has bytes":   {Method: "GET", Life: time.Second, Header: []sign.Param{{Name: "a", Value: "1\nhost:evil"}}},
		"value of header b has bytes":   {Method: "GET", Life: time.Second, Header: []sign.Param{{Name: "b", Value: "é"}}},
	} {
		if signed, _, err := s.Presign(t.Context(), r); signed != "" || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %q, %v, want an error with %q", r, signed, err, want)
		}
	}
}

func TestRefusedConfigurations(t *testing.T) {
	good := sign.Config{Region: "eu-central-1", Bucket: "files", Credentials: sign.Static(exampleKeys), Now: time.Now}
	if _, err := sign.New(good); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*sign.Config){
		"Credentials and Now": func(c *sign.Config) { c.Now = nil },
		"Region is":           func(c *sign.Config) { c.Region = "" },
		"Bucket is":           func(c *sign.Config) { c.Bucket = "a/b" },
		"scheme and a host":   func(c *sign.Config) { c.Endpoint = "s3.example.com" },
		"such as https://":    func(c *sign.Config) { c.Endpoint = "ftp://s3.example.com" },
		"and nothing more":    func(c *sign.Config) { c.Endpoint = "https://user:secret@s3.example.com" },
		"Endpoint must":       func(c *sign.Config) { c.Endpoint = "https://s3.example.com/base" },
	} {
		cfg := good
		change(&cfg)
		if _, err := sign.New(cfg); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}
