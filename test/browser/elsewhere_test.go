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
		const base = %s + "/", token = () => %s;
		let workers = 0;
		window.Worker = class extends Worker {
			constructor(...args) { super(...args); workers++; this.addEventListener("error", () => (workers = -1)); }
		};
		const { Bytepass } = await import(base + "bytepass.js");
		const files = new Bytepass({ base, token });
		const bytes = new Uint8Array(20 * 2 ** 20).map((_, at) => at * 7 >> 3);
		let versions = 0;
		for (const [key, blob] of [["small", new Blob(["hello"])], ["large", new Blob([bytes])]]) {
			const { versionId } = await files.upload(key, blob);
			const arrived = await files.arrived({ key, versionId }, { timeout: 60_000 });
			if (versionId && versionId === arrived.versionId) versions++;
		}
		const back = new Uint8Array(await (await fetch((await files.get("large")).url)).arrayBuffer());
		const same = back.length === bytes.length && back.every((byte, at) => byte === bytes[at]);
		return [(await files.list()).files.map((file) => file.key), same, workers, versions].join();
	})()`, w.server.URL, token)
	if want := "large,small,true,1,2"; got != want {
		t.Errorf("the application got %s; want %s", got, want)
	}
	refusesMistakes(p, w.server.URL)
	p.clean()
}

// refusesMistakes: what a caller cannot have meant is refused before anything
// is sent, in words that name it.
func refusesMistakes(p *tab, base string) {
	p.Helper()
	for code, want := range map[string]string{
		`files.upload("small", new Blob(["changed"]), { overwite: false, Name: "x" })`: "TypeError: start knows no option overwite, Name: check the spelling",
		`files.upload("small", "a string")`:                                            "TypeError: file is not a Blob: give a File, or wrap the bytes as new Blob([bytes])",
		`files.upload("small")`:                                                        "TypeError: file is not a Blob: give a File, or wrap the bytes as new Blob([bytes])",
		`files.upload(7, new Blob(["x"]))`:                                             "TypeError: key is not a string: give the path under which the file is to be found",
		`files.restore("small", { version: "1" })`:                                     "TypeError: restore knows no option version: check the spelling",
		`files.get("small", { version: "1" })`:                                         "TypeError: get knows no option version: check the spelling",
		`files.list({ prefx: "x" })`:                                                   "TypeError: a list knows no option prefx: check the spelling",
		`(async () => new Bytepass({ url: "x" }))()`:                                   "TypeError: new Bytepass knows no option url: check the spelling",
	} {
		got := eval[string](p, `import(%s + "/bytepass.js").then(async ({ Bytepass }) => {
			const files = new Bytepass();
			return (`+code+`).then(() => "it is accepted", String);
		})`, base)
		if got != want {
			p.Errorf("%s: %s; want %s", code, got, want)
		}
	}
}
