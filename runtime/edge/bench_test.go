package edge_test

import (
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/cloudfront/sign"

	"github.com/bytepass/bytepass/runtime/edge"
)

const (
	pageSize   = 100
	pageTarget = 5 * time.Millisecond
)

// ourPage signs what a list page holds.
func ourPage(t testing.TB, key edge.Key) func() {
	s := newSigner(t, key, edge.SHA256)
	return func() {
		for range pageSize {
			if _, err := s.PresignGet(t.Context(), theDownload, 15*time.Minute); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// publishedPage does the same with the published signer, which is given the
// finished URL and knows SHA-1 only.
func publishedPage(t testing.TB, key edge.Key) func() {
	s := sign.NewURLSigner(key.PairID, key.Signer)
	resource, err := edge.ResourceURL(domain, theDownload)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		for range pageSize {
			if _, err := s.Sign(resource, now.Add(15*time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestPage holds the signer to its target for a page of a list, and prints how
// it compares with the published one in the same run. Each figure is the best
// of many turns, so that a busy machine does not decide.
func TestPage(t *testing.T) {
	ec := edge.Key{PairID: "KEC", Signer: ecKey(t)}
	rsa := edge.Key{PairID: "KRSA", Signer: rsaKey(t)}
	pages := []func(){ourPage(t, ec), publishedPage(t, ec), ourPage(t, rsa), publishedPage(t, rsa)}
	best := []time.Duration{math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64}
	for turn := range 60 {
		for i, page := range pages {
			if i >= 2 && turn >= 3 {
				continue // RSA takes long and has no target
			}
			start := time.Now()
			page()
			best[i] = min(best[i], time.Since(start))
		}
	}
	t.Logf("%d URLs: ECDSA %v, published signer %v: ratio %.2f", pageSize, best[0], best[1], float64(best[1])/float64(best[0]))
	t.Logf("%d URLs: RSA   %v, published signer %v: ratio %.2f", pageSize, best[2], best[3], float64(best[3])/float64(best[2]))
	if best[0] >= pageTarget {
		t.Errorf("%d URLs take %v, the target is under %v", pageSize, best[0], pageTarget)
	}
}

func BenchmarkPage(b *testing.B) {
	for _, kind := range []struct {
		name string
		key  edge.Key
	}{{"ECDSA", edge.Key{PairID: "KEC", Signer: ecKey(b)}}, {"RSA", edge.Key{PairID: "KRSA", Signer: rsaKey(b)}}} {
		for _, who := range []struct {
			name string
			page func(testing.TB, edge.Key) func()
		}{{"ours", ourPage}, {"published", publishedPage}} {
			b.Run(kind.name+"/"+who.name, func(b *testing.B) {
				page := who.page(b, kind.key)
				b.ReportAllocs()
				for b.Loop() {
					page()
				}
			})
		}
	}
}
