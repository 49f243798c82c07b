package transfer

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
)

// TestURLsUnderAWrongClock: where this machine's clock is ahead every URL seems to
// have expired when it comes; they are not asked for again one by one for that, but
// when the store refuses one.
func TestURLsUnderAWrongClock(t *testing.T) {
	asked := 0
	e := engine(t, func(r *http.Request) (int, string) {
		asked++
		if r.Method == http.MethodGet {
			return 200, fmt.Sprintf(`{"key":"k","url":"http://store/%d","urlExpiresAt":"2026-01-01T00:00:00Z"}`, asked)
		}
		var body struct{ Parts []client.WantedPart }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		answer := client.SignedParts{ExpiresAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
		for _, p := range body.Parts {
			answer.Parts = append(answer.Parts, client.SignedPart{Number: p.Number, URL: fmt.Sprintf("http://store/%d", asked)})
		}
		text, err := json.Marshal(answer)
		if err != nil {
			t.Error(err)
		}
		return 200, string(text)
	})
	e.Now = func() time.Time { return time.Date(2026, 1, 1, 1, 0, 0, 0, time.UTC) }
	parts, file := newURLs(e, "k", "id"), newDownload(e, client.File{Key: "k"})
	parts.want([]int{1, 2, 3, 4})
	for _, get := range []struct {
		url  func(int) (string, error)
		drop func(int)
	}{
		{func(n int) (string, error) { p, err := parts.get(t.Context(), n); return p.URL, err }, parts.drop},
		{func(int) (string, error) { return file.get(t.Context()) }, func(int) { file.drop() }},
	} {
		asked = 0
		for n := 1; n <= 4; n++ {
			if url, err := get.url(n); err != nil || url != "http://store/1" {
				t.Errorf("%d: %s, %v", n, url, err)
			}
		}
		get.drop(4)
		if url, err := get.url(4); err != nil || url != "http://store/2" || asked != 2 {
			t.Errorf("after a refusal: %s, %v, asked %d times", url, err, asked)
		}
	}
}
