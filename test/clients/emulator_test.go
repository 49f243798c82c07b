package clients

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/bytepass/bytepass/runtime/console"
	"github.com/bytepass/bytepass/test/browser"
	"github.com/bytepass/bytepass/test/emulator"
	"github.com/bytepass/bytepass/test/issuer"
	"github.com/bytepass/bytepass/test/network"
	"github.com/bytepass/bytepass/test/transfer"
	"github.com/bytepass/bytepass/test/uppy"
)

// partSeconds is how long the URL of a part is good: longer than a part takes on
// a slow line and a machine that does much else, because the emulator looks at
// that when all of it has arrived.
const partSeconds = 20

// deployment is the stacks on the emulator.
type deployment struct {
	stack *emulator.Stack
	api   string // as this process reaches it
	// tls is the API as pages reach it: the functions are told that requests come
	// by TLS, and sign URLs of the API accordingly.
	tls    string
	issuer *issuer.Issuer
}

// The browser's pages upload as one owner and the command as another, so that
// neither sees the other's files.
const (
	visitor = "alice"
	script  = "bob"
)

func deploy(t *testing.T) *deployment {
	t.Helper()
	is, err := issuer.Start(context.WithoutCancel(t.Context()), visitor, script)
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
	d := &deployment{stack: stack, issuer: is}
	if d.api, err = stack.APIURL(); err != nil {
		t.Fatal(err)
	}
	d.tls = strings.Replace(d.api, "http:", "https:", 1)
	return d
}

func (d *deployment) token(t *testing.T, owner string) string {
	t.Helper()
	token, err := d.issuer.Token(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// TestEmulator uploads through API Gateway and its authorizer.
func TestEmulator(t *testing.T) {
	d := deploy(t)
	t.Run("browser", func(t *testing.T) { d.browser(t) })
	t.Run("Uppy", func(t *testing.T) {
		uppy.Run(t, uppy.Door{
			API: d.tls, Direct: d.api, Client: d.stack.HTTPClient(), Token: d.token(t, visitor),
			Modes: []uppy.Mode{uppy.V5(), uppy.V6()}, PartLife: partSeconds * time.Second,
			Large: map[uppy.Mode]int64{uppy.V6(): 106_000_000}, // the emulator takes a second for 6 MB
		})
	})
	t.Run("command", func(t *testing.T) {
		dial := d.stack.HTTPClient().Transport.(*http.Transport).DialContext
		transfer.Run(t, transfer.Deployment{URL: d.api, Token: d.token(t, script), Dial: dial, WholeFilesOnly: true, NoChecksums: true, Silent: true})
	})
}

// browser runs the promises of the browser client, to a page of an application
// that serves the client itself.
func (d *deployment) browser(t *testing.T) {
	site := http.NewServeMux()
	site.Handle("/", http.FileServerFS(console.Files()))
	site.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>application</title><link rel=icon href=data:,>")
	})
	n := network.Start(t, site)
	line := browser.NewLine(t, strings.TrimPrefix(n.URL(), "http://"))
	b := browser.Start(t, chromedp.IgnoreCertErrors,
		chromedp.ProxyServer("http://"+line.Address()), chromedp.Flag("proxy-bypass-list", "<-loopback>"))
	g := browser.Target{
		Page: "http://" + network.PageHost, Base: d.tls, Token: d.token(t, visitor), API: d.api, Client: d.stack.HTTPClient(),
		HiddenRefusals: true, // AWS refuses a token with the API's CORS headers
		Buffered:       true,
	}
	browser.Client(t, b, g)
	browser.BadLine(t, b, g, line, func(t *testing.T) func(*testing.T) { return d.restart(t, n) })
}

// restart is what the death of a server is to functions: the gateway is not
// there for a while, and then every function is a new process, which remembers
// nothing. (The emulator itself keeps all in memory: ended, it would take the
// bucket along.)
func (d *deployment) restart(t *testing.T, n *network.Network) (revive func(*testing.T)) {
	t.Helper()
	gateway := strings.TrimPrefix(d.api, "http://")
	again := n.Ends(func(r *http.Request) bool { return r.Host == gateway })
	if err := d.stack.RestartFunctions(t.Context()); err != nil {
		t.Fatal(err)
	}
	return func(*testing.T) { again() }
}
