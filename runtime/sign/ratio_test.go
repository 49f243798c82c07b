//go:build !race

package sign_test

import (
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign"
)

// TestRatio holds the signer to its targets: 30 times faster than the SDK's
// presigner, and within twice the cost of the hashing that is left. With a
// session token the first is told, with a bound below it, because there the SDK
// takes little more than 40 times as long as the hashing alone.
func TestRatio(t *testing.T) {
	for name, token := range map[string]string{"long-lived keys": "", "session token": sessionToken} {
		t.Run(name, func(t *testing.T) { aPut(t, token).hold(t) })
	}
}

// TestTenThousandParts: the URLs of the largest upload take 50 ms in all on a
// quiet processor. That is told; what is held is what it follows from, that a
// part's URL costs no more than twice its hashing.
func TestTenThousandParts(t *testing.T) {
	each := aPart(t, sessionToken).hold(t)
	t.Logf("%d part URLs with a session token take %v of processor time", files.MaxParts, files.MaxParts*each)
}

// TestAllocations: a URL is one allocation, the URL itself.
func TestAllocations(t *testing.T) {
	creds := exampleKeys
	creds.SessionToken = sessionToken
	s, u := newSigner(t, sign.Config{Credentials: sign.Static(creds)}), anUpload(t)
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := s.PresignPut(t.Context(), u, time.Minute); err != nil {
			t.Fatal(err)
		}
	}); n > 1 {
		t.Errorf("%v allocations a URL", n)
	}
}

func BenchmarkPresign(b *testing.B) {
	for name, token := range map[string]string{"keys": "", "token": sessionToken} {
		for what, kind := range map[string]kind{"put": aPut(b, token), "part": aPart(b, token)} {
			for who, f := range map[string]func() error{"ours": kind.ours, "sdk": kind.sdk, "hashing": kind.hashing} {
				b.Run(what+"/"+name+"/"+who, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						if err := f(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
