package edge_test

import (
	"bytes"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/edge"
	"github.com/bytepass/bytepass/runtime/files"
)

var errBroken = errors.New("the key is broken")

type broken struct{ crypto.Signer }

func (broken) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, errBroken }

// TestWildcards signs keys that hold wildcards with both kinds of policy and
// asks the edge, with that policy, for every key that the wildcard could stand
// for.
func TestWildcards(t *testing.T) {
	key := edge.Key{PairID: "K1", Signer: ecKey(t)}
	s, group := newSigner(t, key, edge.SHA256), edgeOf(now, key)
	for _, tc := range []struct{ signed, asked string }{
		{"u/alice/a*b", "u/alice/axb"},
		{"u/alice/a*b", "u/alice/ab"},
		{"u/alice/a*b", "u/alice/a/secret/b"},
		{"u/alice/*", "u/alice/secret"},
		{"u/alice/a?b", "u/alice/axb"},
		{"u/alice/a?b", "u/alice/a*b"},
		{"u/alice/%2A", "u/alice/*"},
		{"u/alice/*", "u/alice/%2A"},
		{`u/alice/a\*`, `u/alice/a\b`},
	} {
		signed := files.Download{ObjectKey: tc.signed, VersionID: "v*", Disposition: `attachment; filename="?"`}
		asked := signed
		asked.ObjectKey = tc.asked
		otherVersion, otherName := signed, signed
		otherVersion.VersionID = "v1"
		otherName.Disposition = `attachment; filename="x"`
		for _, form := range []func() (string, error){
			func() (string, error) { return s.Canned(t.Context(), signed, now.Add(time.Minute)) },
			func() (string, error) {
				return s.Custom(t.Context(), signed, edge.Policy{Expires: now.Add(time.Minute)})
			},
		} {
			got, err := form()
			if err != nil {
				t.Fatal(err)
			}
			if err := group.Get(got, viewer); err != nil {
				t.Errorf("%q: its own URL is refused: %v", tc.signed, err)
			}
			was, err := edge.ResourceURL(domain, signed)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range []files.Download{asked, otherVersion, otherName} {
				is, err := edge.ResourceURL(domain, d)
				if err != nil {
					t.Fatal(err)
				}
				if err := group.Get(strings.Replace(got, was, is, 1), viewer); err == nil {
					t.Errorf("the URL of %q opens %q", signed, d)
				}
				// A viewer may also send the characters as they are.
				raw := "https://" + domain + "/" + d.ObjectKey + "?versionId=" + d.VersionID
				if err := group.Get(strings.Replace(got, strings.Split(was, "&")[0], raw, 1), viewer); err == nil {
					t.Errorf("the URL of %q opens the raw %q", signed, d)
				}
			}
		}
	}
}

// FuzzResource holds what everything else rests on: the URL is plain ASCII,
// its only "?" begins the query, no "*" is in it, JSON needs no escape for it,
// and a parser reads back exactly what went in.
func FuzzResource(f *testing.F) {
	f.Add("u/alice/a.txt", "v1", "attachment")
	f.Add("u/alice/a*b?c#d%2A e+f&g=h\"\\", "*", `inline; filename="*?"`)
	f.Add("g/team/💾/ä\x00\xff", "", "")
	f.Add("u/alice//../x", "?", "&versionId=2")
	f.Fuzz(func(t *testing.T, object, version, disposition string) {
		got, err := edge.ResourceURL(domain, files.Download{ObjectKey: object, VersionID: version, Disposition: disposition})
		if object == "" {
			if err == nil {
				t.Fatalf("a download without a key became %q", got)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		queries := 1
		if version == "" && disposition == "" {
			queries = 0
		}
		if strings.Count(got, "?") != queries || strings.ContainsAny(got, "*\"\\<> ") {
			t.Fatalf("%q holds a wildcard or a quote", got)
		}
		if quoted, err := json.Marshal(strings.ReplaceAll(got, "&", "")); err != nil || !bytes.Equal(quoted, []byte(`"`+strings.ReplaceAll(got, "&", "")+`"`)) {
			t.Fatalf("%q needs an escape in JSON (%v)", got, err)
		}
		u, err := url.Parse(got)
		if err != nil {
			t.Fatal(err)
		}
		q, err := url.ParseQuery(u.RawQuery)
		if err != nil || u.Host != domain || u.Path != "/"+object || q.Get("versionId") != version || q.Get("response-content-disposition") != disposition {
			t.Fatalf("%q reads as %q with %q (%v)", got, u.Path, q, err)
		}
	})
}

// TestURL shows the whole URL: exactly these parameters in exactly this order.
func TestURL(t *testing.T) {
	key := edge.Key{PairID: "K2JCJMDEHXQW5F", Signer: ecKey(t)}
	p, err := newSigner(t, key, edge.SHA256).PresignGet(t.Context(), files.Download{
		ObjectKey: "u/alice/a b.txt", VersionID: "v1", Disposition: "attachment", CacheControl: "private", MimeType: "text/plain",
	}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(p.URL, "&Signature=")
	signature, tail, _ := strings.Cut(rest, "&")
	if want := "https://" + domain + "/u/alice/a%20b.txt?versionId=v1&response-content-disposition=attachment&Expires=1791028860"; head != want {
		t.Errorf("got  %s\nwant %s", head, want)
	}
	if tail != "Key-Pair-Id=K2JCJMDEHXQW5F&Hash-Algorithm=SHA256" {
		t.Errorf("it ends in %s", tail)
	}
	if _, err := base64.StdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "=", "~", "/").Replace(signature)); err != nil {
		t.Errorf("the signature is not CloudFront's base64: %v", err)
	}
	if p.Method != "GET" || p.ContentLength != files.SizeUnknown || p.Headers != (files.ClientHeaders{}) || !p.ExpiresAt.Equal(time.Unix(1791028860, 0)) {
		t.Errorf("presigned as %s, %d bytes, %v, until %s", p.Method, p.ContentLength, p.Headers, p.ExpiresAt)
	}
}
