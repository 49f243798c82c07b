package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestAnotherApplication imports the client from the server into a page of an
// application at another origin, which the server lets in.
func TestAnotherApplication(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>application</title><link rel=icon href=data:,>")
	}))
	defer site.Close()
	w := newWorld(t, "--origin", site.URL)
	token, err := w.server.Token(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	p := w.open(t, site.URL+"/")
	got := eval[string](p, `(async () => {
		const base = %s, token = () => %s;
		let workers = 0;
		window.Worker = class extends Worker {
			constructor(...args) { super(...args); workers++; this.addEventListener("error", () => (workers = -1)); }
		};
		const { Bytepass } = await import(base + "/bytepass.js");
		const files = new Bytepass({ base, token });
		const bytes = new Uint8Array(20 * 2 ** 20).map((_, at) => at * 7 >> 3);
		for (const [key, blob] of [["small", new Blob(["hello"])], ["large", new Blob([bytes])]]) await files.arrived(await files.upload(key, blob), { timeout: 60_000 });
		const back = new Uint8Array(await (await fetch((await files.get("large")).url)).arrayBuffer());
		const same = back.length === bytes.length && back.every((byte, at) => byte === bytes[at]);
		return [(await files.list()).files.map((file) => file.key), same, workers].join();
	})()`, w.server.URL, token)
	if want := "large,small,true,1"; got != want {
		t.Errorf("the application got %s; want %s", got, want)
	}
	p.clean()
}
