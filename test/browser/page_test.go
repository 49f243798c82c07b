package browser

import "testing"

// changeOfThePage: whoever waits for something keeps waiting while one page
// gives way to another, of its own and of another site, and takes its answer.
func changeOfThePage(t *testing.T, w *world) {
	p := w.at(t, "")
	for _, to := range []string{w.server.URL + "/?again", "about:blank", w.server.URL + "/"} {
		eval[bool](p, "(setTimeout(() => (location.href = %s), 100), true)", to)
		p.until("new Promise((then) => setTimeout(() => then(location.href === %s), 500))", to)
	}
}
