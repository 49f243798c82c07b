package browser

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/bytepass/bytepass/test/project"
)

// TestTypes has TypeScript check what the comments of the console's modules say
// of their types, as an application's editor reads them.
func TestTypes(t *testing.T) {
	t.Parallel()
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	tools := filepath.Join(root, "tools", "typescript")
	node := filepath.Join(root, "node_modules", ".bin", "node")
	out, err := exec.CommandContext(t.Context(), node, filepath.Join(tools, "node_modules", "typescript", "bin", "tsc"), "-p", tools).CombinedOutput()
	if err != nil {
		t.Errorf("%v; if TypeScript is missing, get it with: sh tools/typescript.sh\n%s", err, out)
	}
}
