package stores

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/test/project"
)

// Shell returns a command line of the administrator's for a shell to run, as
// the store's makers document it: their programs are in its PATH and find the
// store, and words in capitals that stand for where it is and whose it is
// (MASTER, ROOT_ACCESS_KEY, ROOT_SECRET_KEY) are filled in.
func (s *Store) Shell(t testing.TB, command string) *exec.Cmd {
	t.Helper()
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	if s.Kind == MinIO {
		tool(t, ".tools/mc", "tools/stores/mc.sh")
	}
	words := strings.NewReplacer("MASTER", s.master, "ROOT_ACCESS_KEY", s.AccessKey, "ROOT_SECRET_KEY", s.SecretKey)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", words.Replace(command))
	cmd.Dir = s.home
	tools := filepath.Join(root, ".tools")
	path := strings.Join([]string{tools, filepath.Join(tools, "seaweedfs", "bin"), os.Getenv("PATH")}, string(os.PathListSeparator))
	cmd.Env = append([]string{"PATH=" + path, "HOME=" + s.home}, s.admin...)
	return cmd
}
