package deploy

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	unit     = "deploy/systemd/bytepass.service"
	unitPath = "/usr/local/bin/bytepass" // of the program, in the unit
)

// mostExposure is how much of the system the unit may leave open to the program,
// by the measure of systemd-analyze, which goes from 0 to 10.
const mostExposure = 1.5

var credential = regexp.MustCompile(`(?m)^LoadCredential=([^:\n]+):/etc/bytepass/(\S+)$`)

// loaded returns the names of the unit's credentials.
func loaded(t *testing.T) (names []string) {
	t.Helper()
	for _, m := range credential.FindAllStringSubmatch(read(t, unit), -1) {
		if m[1] != m[2] {
			t.Errorf("the credential %s comes from %s", m[1], m[2])
		}
		names = append(names, m[1])
	}
	return names
}

// TestCredentials: the unit loads exactly the secrets that the sample leaves to
// it.
func TestCredentials(t *testing.T) {
	names := loaded(t)
	slices.Sort(names)
	var left []string
	for _, m := range commented.FindAllStringSubmatch(read(t, "deploy/bytepass.yaml"), -1) {
		if name, ok := strings.CutSuffix(m[1], "-file"); ok {
			left = append(left, name)
		}
	}
	slices.Sort(left)
	if len(names) == 0 || !slices.Equal(names, left) {
		t.Errorf("it loads %q, and the sample leaves %q to it", names, left)
	}
}

var exposure = regexp.MustCompile(`Overall exposure level for bytepass.service: ([0-9.]+)`)

// TestUnit: systemd understands every line, and the program is shut in.
func TestUnit(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Fatal("systemd-analyze is missing; get it with: sh tools/systemd.sh")
	}
	text := read(t, unit)
	if !strings.Contains(text, "\nExecStart="+unitPath+" serve ") {
		t.Fatalf("the unit does not start %s serve", unitPath)
	}
	path := filepath.Join(t.TempDir(), "bytepass.service")
	write(t, path, strings.ReplaceAll(text, unitPath, binary), 0o644)
	for _, args := range [][]string{{"verify", path}, {"security", "--offline=true", "--no-pager", path}} {
		out, err := exec.CommandContext(t.Context(), analyze, args...).CombinedOutput()
		if err != nil {
			t.Errorf("systemd-analyze %s: %v: %s", args[0], err, out)
		}
		if args[0] == "verify" {
			if strings.Contains(string(out), "bytepass.service") {
				t.Errorf("systemd complains: %s", out)
			}
			continue
		}
		m := exposure.FindStringSubmatch(string(out))
		if m == nil {
			t.Fatalf("no exposure in %s", out)
		}
		level, err := strconv.ParseFloat(m[1], 64)
		t.Logf("measured: the unit's exposure is %v of 10", level)
		if err != nil || level > mostExposure {
			t.Errorf("exposure %v (%v), want at most %v", level, err, mostExposure)
		}
	}
}
