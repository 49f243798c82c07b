package browser

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/bytepass/bytepass/test/project"
)

var (
	update   = flag.Bool("update", false, "take the picture of the console in docs anew")
	pictures = flag.String("pictures", "", "folder to which pictures of the console are written, to look at")
)

// TestPicture looks at the console in a wide and a narrow window, light and
// dark, with uploads under way: nothing may stick out of the window.
func TestPicture(t *testing.T) {
	w, l := newBadLine(t)
	p := w.at(t, "")
	eval[bool](p, `import("/bytepass.js").then(async ({ Bytepass }) => {
		const files = new Bytepass();
		const sizes = { "photos/2026/beach.jpg": 2_400_000, "notes/plan.md": 8_100, "Budget 2026.xlsx": 348_000,
			"Keynote – final, really final.pdf": 12_700_000, "interview.wav": 9_300_000, "größe.txt": 1_200 };
		for (const [key, size] of Object.entries(sizes)) await files.arrived(await files.upload(key, new Blob([new Uint8Array(size).fill(32)], { type: "text/plain" })), { timeout: 60_000 });
		return true;
	})`)
	p.do(chromedp.Reload())
	p.lists("Budget 2026.xlsx", "Keynote – final, really final.pdf", "größe.txt", "interview.wav", "notes", "photos")
	l.make(t, "bandwidth", "upstream", map[string]int{"rate": 1_500})
	release := p.holds(lastPart) // so that both are under way however slow the machine is
	defer release()
	p.choose(random(t, "holiday film.mp4", 60*mib, 120).path, random(t, "backup with a long name that wants to be broken somewhere.tar", 25*mib, 121).path)
	p.until("[...document.querySelectorAll('#uploads .state')].filter((s) => s.textContent.includes('left')).length === 2")
	p.press("Pause the upload of backup with a long name that wants to be broken somewhere.tar")
	p.until("[...document.querySelectorAll('#uploads progress')].some((bar) => bar.value > 0.15)")
	eval[bool](p, "(document.activeElement.blur(), true)")

	for _, look := range []struct {
		name, scheme  string
		width, height int64
	}{
		{"wide-light", "light", 1100, 860}, {"wide-dark", "dark", 1100, 860}, {"narrow-light", "light", 360, 800}, {"narrow-dark", "dark", 360, 800},
	} {
		p.do(
			emulation.SetDeviceMetricsOverride(look.width, look.height, 1, false),
			emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}}),
		)
		p.fits(t, look.name)
		p.picture(t, look.name)
	}
	p.isHandy(t)
	p.do(emulation.SetDeviceMetricsOverride(340, 700, 1, false))
	for _, dialog := range []string{"Show größe.txt", "Versions of größe.txt"} {
		p.press(dialog)
		p.until("!!document.querySelector('dialog[open]')")
		p.fits(t, dialog)
		p.picture(t, dialog)
		if !eval[bool](p, "(([a, b]) => a.top < b.bottom && b.top < a.bottom)([...document.querySelectorAll('dialog[open] .bar > *')].map((e) => e.getBoundingClientRect()))") {
			t.Errorf("%s: title and close button are not on one line", dialog)
		}
		eval[bool](p, "(document.querySelector('dialog[open]').close(), true)")
	}
	p.do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}))
	p.picture(t, "forced-colors")
	if got := eval[string](p, "[...document.querySelectorAll('#views a')].map((a) => getComputedStyle(a).textDecorationLine).join()"); got != "underline,none,none" {
		t.Errorf("with forced colours the tabs are underlined as %s", got)
	}
	p.clean()
}

// fits checks that nothing sticks out of the window.
func (p *tab) fits(t *testing.T, look string) {
	t.Helper()
	if out := eval[[]string](p, `[...document.querySelectorAll("body *")].filter((e) => {
		const box = e.getBoundingClientRect();
		return box.width > 1 && (box.right > innerWidth + 1 || box.left < -1);
	}).map((e) => e.tagName + " " + e.textContent.slice(0, 40))`); len(out) > 0 {
		t.Errorf("%s: these stick out of the window: %q", look, out)
	}
}

// isHandy checks that in a narrow window icons are large enough for a finger,
// and that a file takes two lines.
func (p *tab) isHandy(t *testing.T) {
	t.Helper()
	if small := eval[[]string](p, `[...document.querySelectorAll("main button.quiet")].filter((e) => {
		const box = e.getBoundingClientRect();
		return box.width > 0 && (box.width < 40 || box.height < 40);
	}).map((e) => e.ariaLabel)`); len(small) > 0 {
		t.Errorf("these icons are smaller than 40 pixels: %q", small)
	}
	if high := eval[[]string](p, `[...document.querySelectorAll("#rows tr")].filter((row) => {
		const middles = [...row.querySelectorAll("td")].map((e) => e.getBoundingClientRect()).filter((box) => box.height > 0).map((box) => (box.top + box.bottom) / 2).sort((a, b) => a - b);
		return middles.filter((middle, at) => at === 0 || middle - middles[at - 1] > 4).length > 2 || row.offsetHeight > 96;
	}).map((row) => row.textContent)`); len(high) > 0 {
		t.Errorf("these rows have more than two lines: %q", high)
	}
}

func (p *tab) picture(t *testing.T, look string) {
	t.Helper()
	var png []byte
	p.do(chromedp.CaptureScreenshot(&png))
	if *pictures != "" {
		write(t, filepath.Join(*pictures, look+".png"), png)
	}
	if *update && look == "wide-light" {
		root, err := project.Root()
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(root, "docs", "console.png"), png)
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}
