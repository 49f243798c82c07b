package verify

import (
	"fmt"
	"io"
	"strings"
)

// WritePrometheus writes the report in Prometheus's text format
// (https://prometheus.io/docs/instrumenting/exposition_formats/), as the
// textfile collector of its node exporter reads it. A check that was not made
// has no sample of bytepass_verify_check: it is neither 0 nor 1.
func (r Report) WritePrometheus(w io.Writer) error {
	var b strings.Builder
	family := func(name, help string, sample func(Result) (value string, ok bool)) {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name)
		for _, c := range r.Results {
			if value, ok := sample(c); ok {
				fmt.Fprintf(&b, "%s{check=%q} %s\n", name, c.Name, value)
			}
		}
	}
	family("bytepass_verify_check", "1 if the check has passed, 0 if it has failed.", func(c Result) (string, bool) {
		return map[State]string{Passed: "1", Failed: "0"}[c.State], c.State != NotChecked
	})
	family("bytepass_verify_check_not_made", "1 if the check was not made.", func(c Result) (string, bool) {
		return map[bool]string{true: "1", false: "0"}[c.State == NotChecked], true
	})
	family("bytepass_verify_check_duration_seconds", "How long the check took.", func(c Result) (string, bool) {
		return fmt.Sprintf("%.3f", c.Took.Seconds()), c.State != NotChecked
	})
	one := func(name, help, value string) {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n%s %s\n", name, help, name, name, value)
	}
	if r.Listed > 0 {
		one("bytepass_verify_listed_seconds", "How long an upload took to be listed.", fmt.Sprintf("%.3f", r.Listed.Seconds()))
	}
	one("bytepass_verify_leftovers_removed", "Files and uploads of killed runs that this run has removed.", fmt.Sprint(r.Leftovers))
	one("bytepass_verify_duration_seconds", "How long the run took.", fmt.Sprintf("%.3f", r.Took.Seconds()))
	one("bytepass_verify_success", "1 if checks were made, all that are required, and none has failed.", map[bool]string{true: "1", false: "0"}[r.Good()])
	one("bytepass_verify_last_run_timestamp_seconds", "When the run ended, in seconds since 1970.", fmt.Sprintf("%.3f", float64(r.Start.Add(r.Took).UnixMilli())/1000))
	_, err := io.WriteString(w, b.String())
	return err
}
