package verify

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// The list names only checks that come before, so that none waits for itself,
// and every name once.
func TestList(t *testing.T) {
	known := map[string]bool{}
	all := map[string]check{}
	for _, c := range list() {
		if known[c.name] || c.about == "" || c.run == nil {
			t.Errorf("%q is there twice, or half", c.name)
		}
		known[c.name], all[c.name] = true, c
	}
	var waits func(name string, seen []string)
	waits = func(name string, seen []string) {
		if slices.Contains(seen, name) {
			t.Fatalf("%q waits for itself: %q", name, seen)
		}
		c, ok := all[name]
		if !ok {
			t.Fatalf("there is no check %q, for which %q waits", name, seen)
		}
		for _, before := range slices.Concat(c.needs, c.after) {
			waits(before, append(slices.Clone(seen), name))
		}
	}
	for name := range all {
		waits(name, nil)
	}
	if names := Names(); len(names) != len(all)+2 || names[0] != "reach" || names[len(names)-1] != "cleanup" {
		t.Errorf("the names are %q", names)
	}
}

func TestValidate(t *testing.T) {
	good := Config{URL: "https://files.example.com/base"}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for says, change := range map[string]func(*Config){
		"--url":             func(c *Config) { c.URL = "https://user:secret@files.example.com" },
		"--origin":          func(c *Config) { c.Origin = "https://app.example/page" },
		"--leftovers-after": func(c *Config) { c.Timeout = time.Hour },
		"negative":          func(c *Config) { c.ListedWithin = -1 },
		`no check "all"`:    func(c *Config) { c.Except = []string{"all"} },
		"--require":         func(c *Config) { c.Require = []string{"all", "upload"} },
	} {
		c := good
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", says, err)
		}
	}
}

func TestURLs(t *testing.T) {
	const folder = ".bytepass-verify/x/"
	for object, want := range map[string][2]string{
		"https://bucket.s3.eu-central-1.amazonaws.com/u/alice/" + folder + "a?X-Amz-Signature=1": {"https://bucket.s3.eu-central-1.amazonaws.com/", "u/alice/"},
		"http://127.0.0.1:9000/bucket/g/a~2Fb/" + folder + "a?X-Amz-Signature=1":                 {"http://127.0.0.1:9000/bucket/", "g/a~2Fb/"},
	} {
		bucket, space, err := place(signed{URL: object, Key: folder + "a"})
		if err != nil || bucket != want[0] || space != want[1] {
			t.Errorf("%s: %q %q, %v", object, bucket, space, err)
		}
	}
	if _, _, err := place(signed{URL: "https://bucket.example/alice/a", Key: "a"}); err == nil {
		t.Error("an object outside of all spaces was taken")
	}
	const of = "https://h/k?A=1%2F2&B=x"
	for name, want := range map[string]string{"A": "https://h/k?A=1%2F2%21&B=x", "B": "https://h/k?A=1%2F2&B=x%21"} {
		if got, ok := changed(of, name, func(v string) string { return v + "!" }); !ok || got != want {
			t.Errorf("%s: %s, %v", name, got, ok)
		}
	}
	if got, ok := changed(of, "B", func(string) string { return "" }); !ok || got != "https://h/k?A=1%2F2" {
		t.Errorf("without B: %s, %v", got, ok)
	}
	if _, ok := changed(of, "C", func(v string) string { return v }); ok {
		t.Error("there is no C")
	}
	for host, want := range map[string]bool{"localhost": true, "API.localhost": true, "127.1.2.3": true, "::1": true, "localhost.example": false, "10.0.0.1": false} {
		if loopback(host) != want {
			t.Errorf("loopback(%s) is not %v", host, want)
		}
	}
}

func TestLeftoversAreKnownByTheirName(t *testing.T) {
	began, ok := beganAt(prefix + "20260102T030405Z-abcdefgh/file.html")
	if want := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC); !ok || !began.Equal(want) {
		t.Errorf("began at %v, %v", began, ok)
	}
	for _, key := range []string{"20260102T030405Z-a/x", prefix + "mine", prefix + "20260102-a/x", prefix + "20260102T030405Z/x", "a/" + prefix + "20260102T030405Z-a/x"} {
		if _, ok := beganAt(key); ok {
			t.Errorf("%q is no run's", key)
		}
	}
}

// A forged token is never the good one, and keeps as much of it as it can.
func TestForgeries(t *testing.T) {
	encode := base64.RawURLEncoding.EncodeToString
	good := encode([]byte(`{"alg":"RS256","kid":"1"}`)) + "." + encode([]byte(`{"sub":"alice","aud":"files"}`)) + "." + encode([]byte("signature"))
	forged := forgeries(good)
	if len(forged) < 7 {
		t.Errorf("only %d: %v", len(forged), forged)
	}
	for what, token := range forged {
		if token == good {
			t.Errorf("%s is the token", what)
		}
	}
	parts := strings.Split(forged["a token whose owner was changed"], ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || !strings.Contains(string(payload), `"aud":"files"`) || strings.Contains(string(payload), "alice") || parts[2] != encode([]byte("signature")) {
		t.Errorf("%s, %v", payload, err)
	}
	if len(forgeries("opaque")) < 7 {
		t.Error("a token that is no JWT has no forgeries")
	}
}

// What a store says of a signature that does not match repeats what was signed:
// only its code is told.
func TestAnswersAreToldByTheirCode(t *testing.T) {
	for body, want := range map[string]string{
		"<Error><Code>SignatureDoesNotMatch</Code><StringToSign>secret</StringToSign></Error>": "403 Forbidden (SignatureDoesNotMatch)",
		`{"code":"forbidden","detail":"secret"}`:                                               "403 Forbidden (forbidden)",
		`{"code":"secret token","detail":"secret"}`:                                            "403 Forbidden",
		"secret": "403 Forbidden",
	} {
		if got := (answer{status: 403, body: []byte(body)}).String(); got != want {
			t.Errorf("%s is told as %q", body, got)
		}
	}
}

func TestReports(t *testing.T) {
	r := Report{URL: "https://files.example", Start: time.Unix(1_800_000_000, 0).UTC(), Took: 2500 * time.Millisecond, Listed: 31 * time.Millisecond, Leftovers: 2}
	for name, err := range map[string]error{"1": nil, "2": &Failure{"PUT of <a>", "403", "200 OK"}, "3": notChecked("do this", "it takes %d", 2), "4": errors.New("no answer")} {
		c := Result{Name: "check-" + name, About: "it is so", Took: 12 * time.Millisecond}
		c.end(err)
		r.Results = append(r.Results, c)
	}
	slices.SortFunc(r.Results, func(a, b Result) int { return strings.Compare(a.Name, b.Name) })
	var text, prometheus, object bytes.Buffer
	if err := errors.Join(r.WriteText(&text), r.WritePrometheus(&prometheus), r.WriteJSON(&object)); err != nil {
		t.Fatal(err)
	}
	const want = `ok      check-1           12 ms  it is so
FAILED  check-2           12 ms  it is so
        sent:     PUT of <a>
        expected: 403
        got:      200 OK
-       check-3           12 ms  it is so
        not checked: it takes 2; do this
FAILED  check-4           12 ms  it is so
        sent:     a request
        expected: an answer
        got:      no answer
https://files.example: 1 passed, 2 failed, 1 not checked, in 2.5 s; an upload was listed after 31 ms; 2 leftovers of earlier runs removed
`
	if text.String() != want {
		t.Errorf("got\n%s", &text)
	}
	for _, line := range []string{
		`bytepass_verify_check{check="check-1"} 1`, `bytepass_verify_check{check="check-2"} 0`, `bytepass_verify_check_not_made{check="check-3"} 1`,
		"bytepass_verify_success 0", "bytepass_verify_listed_seconds 0.031", "bytepass_verify_last_run_timestamp_seconds 1800000002.500",
	} {
		if !strings.Contains("\n"+prometheus.String(), "\n"+line+"\n") {
			t.Errorf("no %s in\n%s", line, &prometheus)
		}
	}
	var decoded struct {
		Failed int
		Checks []struct{ Failure *Failure }
	}
	if err := json.Unmarshal(object.Bytes(), &decoded); err != nil || decoded.Failed != 2 || decoded.Checks[1].Failure.Sent != "PUT of <a>" {
		t.Errorf("%v: %s", err, &object)
	}
	if missing := (Config{Except: []string{"check-9"}, Require: []string{"all"}}).missing(r); !slices.Equal(missing, []string{"check-3"}) {
		t.Errorf("missing are %q", missing)
	}
	if missing := (Config{Require: []string{"check-1"}}).missing(r); missing != nil {
		t.Errorf("missing are %q", missing)
	}
}
