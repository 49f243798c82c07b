package browser

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Line is a way of the browser's that can be made bad.
type Line struct {
	proxy *toxiproxy.Proxy
}

// NewLine makes a line that leads to a host and port.
func NewLine(t *testing.T, to string) *Line {
	t.Helper()
	zerolog.SetGlobalLevel(zerolog.Disabled) // some toxics log past the server's logger
	faults := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	proxy := toxiproxy.NewProxy(faults, "line", "127.0.0.1:0", to)
	if err := faults.Collection.Add(proxy, true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	return &Line{proxy}
}

// Address is the host and port where the line begins.
func (l *Line) Address() string { return l.proxy.Listen }

// make makes the line bad: kind and attributes are toxiproxy's, on the way to
// the store ("upstream") or back.
func (l *Line) make(t *testing.T, kind, stream string, attributes map[string]int) {
	t.Helper()
	toxic, err := json.Marshal(map[string]any{"name": kind, "type": kind, "stream": stream, "attributes": attributes})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.proxy.Toxics.AddToxicJson(strings.NewReader(string(toxic))); err != nil {
		t.Fatal(err)
	}
}

// heal makes the line good again.
func (l *Line) heal(t *testing.T) { l.proxy.Toxics.ResetToxics(t.Context()) }
