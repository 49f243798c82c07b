package settings

import (
	"fmt"
	"strings"
)

// Table returns the documentation of all settings as a Markdown table.
func Table() string {
	var b strings.Builder
	b.WriteString("| Setting | Default | May be | What |\n|---|---|---|---|\n")
	dev, other := defaults(StageDev), defaults(StageProd)
	for _, f := range fields {
		shown := code(f.show(other))
		switch in := f.show(dev); {
		case f.name == "stage":
			shown = code(StageDev)
		case in != f.show(other):
			shown = fmt.Sprintf("%s; in `dev` %s", shown, code(in))
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.name, shown, f.allow, f.doc)
	}
	return b.String()
}

func code(v string) string {
	if v == "" || v == "none" {
		return "none"
	}
	return "`" + strings.ReplaceAll(v, ", ", "`, `") + "`"
}
