package uppy

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/test/emulator"
	"github.com/bytepass/bytepass/test/issuer"
)

// TestEmulator uploads to the stacks, through API Gateway and its authorizer.
func TestEmulator(t *testing.T) {
	const partSeconds = 6
	is, err := issuer.Start(context.WithoutCancel(t.Context()), "alice")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { is.Close() })
	stack, err := emulator.Up(t.Context(), t.TempDir(), map[string]string{
		"bytepass:issuer": is.URL, "bytepass:audience": issuer.Audience, "bytepass:partSeconds": strconv.Itoa(partSeconds),
	}, func(step string) { t.Logf("%s ==> %s", time.Now().Format(time.TimeOnly), step) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stack.Close() })
	d := &door{
		client: stack.HTTPClient(), modes: []mode{v5, v6}, partLife: partSeconds * time.Second,
		large: map[string]int64{v6.name: 106_000_000}, // the emulator takes a second for 6 MB
	}
	if d.direct, err = stack.APIURL(); err != nil {
		t.Fatal(err)
	}
	// The functions are told that requests come by TLS, and sign URLs of the API
	// accordingly; so the page has to reach it by TLS.
	d.api = strings.Replace(d.direct, "http:", "https:", 1)
	if d.token, err = is.Token(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	d.open(t)
	run(t, d)
}
