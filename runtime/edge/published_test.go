package edge_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/cloudfront/sign"

	"github.com/bytepass/bytepass/runtime/edge"
	"github.com/bytepass/bytepass/runtime/files"
)

// TestSameAsPublished compares with the published Go signer where it can do
// the same: RSA with SHA-1, whose signatures are deterministic.
func TestSameAsPublished(t *testing.T) {
	key := edge.Key{PairID: "K2JCJMDEHXQW5F", Signer: rsaKey(t)}
	ours, theirs := newSigner(t, key, edge.SHA1), sign.NewURLSigner(key.PairID, key.Signer)
	expires := now.Add(15 * time.Minute)

	for name, d := range map[string]files.Download{
		"usual":         theDownload,
		"bare":          {ObjectKey: "u/alice/a.txt"},
		"version only":  {ObjectKey: "u/alice/a.txt", VersionID: "v1"},
		"odd key":       {ObjectKey: "g/team/ä/#?*+&=%41 💾", VersionID: "null"},
		"not versioned": {ObjectKey: "u/alice/a.txt", Disposition: "inline"},
	} {
		resource, err := edge.ResourceURL(domain, d)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name+"/canned", func(t *testing.T) {
			want, err := theirs.Sign(resource, expires)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ours.Canned(t.Context(), d, expires)
			if err != nil || got != want {
				t.Errorf("got  %s (%v)\nwant %s", got, err, want)
			}
		})
		for _, tc := range []struct {
			name   string
			ours   edge.Policy
			theirs sign.Condition
		}{
			{
				"expiry", edge.Policy{Expires: expires},
				sign.Condition{DateLessThan: sign.NewAWSEpochTime(expires)},
			},
			{
				"all", edge.Policy{Expires: expires, NotBefore: now, Source: netip.MustParsePrefix("192.0.2.0/24")},
				sign.Condition{
					DateLessThan: sign.NewAWSEpochTime(expires), DateGreaterThan: sign.NewAWSEpochTime(now),
					IPAddress: &sign.IPAddress{SourceIP: "192.0.2.0/24"},
				},
			},
		} {
			t.Run(name+"/custom/"+tc.name, func(t *testing.T) {
				want, err := theirs.SignWithPolicy(resource, &sign.Policy{Statements: []sign.Statement{{Resource: resource, Condition: tc.theirs}}})
				if err != nil {
					t.Fatal(err)
				}
				got, err := ours.Custom(t.Context(), d, tc.ours)
				if err != nil || got != want {
					t.Errorf("got  %s (%v)\nwant %s", got, err, want)
				}
			})
		}
	}
}
