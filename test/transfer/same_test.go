package transfer

import (
	"maps"
	"testing"
)

// TestSkipSame sends and fetches a folder again of which a file has changed: only
// that one travels.
func TestSkipSame(t *testing.T) {
	r := newRig(t)
	sums := map[string]string{"empty": r.file("folder/empty", 0), "small": r.file("folder/small", 1000), "large": r.file("folder/large", 17*mib)}
	travelled := func(args ...string) map[string]int64 {
		all := map[string]int64{}
		for _, e := range r.json(args...) {
			if e.Sent+e.Resumed != e.Size || e.VersionID == "" || e.Verified == "" {
				t.Errorf("%q: %+v", args, e)
			}
			all[e.Key] = e.Sent
		}
		return all
	}
	check := func(what string, got, want map[string]int64) {
		if !maps.Equal(got, want) {
			t.Errorf("%s: %v travelled, want %v", what, got, want)
		}
	}
	put := []string{"put", "--wait", "--skip-same", "folder/", "k/"}
	get := []string{"get", "--skip-same", "k/", "back/"}
	all := map[string]int64{"k/empty": 0, "k/small": 1000, "k/large": 17 * mib}
	none := map[string]int64{"k/empty": 0, "k/small": 0, "k/large": 0}
	check("sent first", travelled(put...), all)
	check("sent again", travelled(put...), none)
	check("fetched first", travelled(get...), all)
	check("fetched again", travelled(get...), none)

	sums["small"] = r.file("folder/small", 999)
	check("sent with one that has changed", travelled(put...), map[string]int64{"k/empty": 0, "k/small": 999, "k/large": 0})
	r.file("back/large", 17*mib-1)
	check("fetched over one that has changed", travelled(get...), map[string]int64{"k/empty": 0, "k/small": 999, "k/large": 17 * mib})
	for name, sum := range sums {
		if got := r.sum("back/" + name); got != sum {
			t.Errorf("%s: other bytes came back", name)
		}
	}

	for _, args := range [][]string{{"put", "--skip-same", "-", "k"}, {"get", "--skip-same", "k/small", "-"}} {
		if code, _, stderr := r.run(r.command(args...)); code != 2 {
			t.Errorf("%q: exit code %d: %s", args, code, stderr)
		}
	}
}
