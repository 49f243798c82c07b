package deploy

import (
	"debug/buildinfo"
	"debug/elf"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bytepass/bytepass/test/process"
)

// image is what a Containerfile makes, as far as ours goes.
type image struct {
	dir             string // its file system
	uid             int
	env             []string
	entrypoint, cmd []string
	health          []string
	stop            syscall.Signal
}

// build does what the Containerfile says, without a container engine: copies
// come from a folder that holds the binary alone.
func build(t *testing.T) *image {
	t.Helper()
	i := &image{dir: t.TempDir()}
	if err := os.Chmod(i.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(read(t, "deploy/container/Containerfile")) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "", "#":
		case "FROM":
			if rest != "scratch" {
				t.Errorf("it is made from %s", rest)
			}
		case "COPY":
			from, to, _ := strings.Cut(rest, " ")
			if from != "bytepass" {
				t.Fatalf("it copies %s, and there is only the binary", from)
			}
			link(t, binary, filepath.Join(i.dir, to))
		case "USER":
			user, _, _ := strings.Cut(rest, ":")
			uid, err := strconv.Atoi(user)
			if err != nil || uid == 0 {
				t.Fatalf("USER %s", rest)
			}
			i.uid = uid
		case "ENV":
			i.env = append(i.env, rest)
		case "STOPSIGNAL":
			if rest != "SIGTERM" {
				t.Fatalf("STOPSIGNAL %s", rest)
			}
			i.stop = syscall.SIGTERM
		case "HEALTHCHECK":
			_, command, _ := strings.Cut(rest, " CMD ")
			i.health = list(t, command)
		case "ENTRYPOINT":
			i.entrypoint = list(t, rest)
		case "CMD":
			i.cmd = list(t, rest)
		case "EXPOSE":
		default:
			t.Fatalf("%s is not tried here", word)
		}
	}
	return i
}

func list(t *testing.T, text string) (words []string) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &words); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return words
}

func link(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(out.Close(), os.Chmod(to, 0o755)); err != nil {
		t.Fatal(err)
	}
}

// mount makes a folder that the image's user owns.
func (i *image) mount(t *testing.T, path string) {
	t.Helper()
	dir := filepath.Join(i.dir, path)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		if err := os.Chown(dir, i.uid, i.uid); err != nil {
			t.Fatal(err)
		}
	}
}

// command runs a command line in the image: its files are all there is, its user
// is who runs, its variables are set. Whoever is root becomes that user; others
// are he in a user namespace of their own.
func (i *image) command(t *testing.T, environ []string, words ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
	cmd.Dir, cmd.Env = "/", append(slices.Clone(i.env), environ...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: i.dir}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(i.uid), Gid: uint32(i.uid)}
		return cmd
	}
	cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
	cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: i.uid, HostID: os.Getuid(), Size: 1}}
	cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: i.uid, HostID: os.Getgid(), Size: 1}}
	return cmd
}

// TestContainer: the binary alone serves, says that it is healthy, and stops
// when it is told.
func TestContainer(t *testing.T) {
	i := build(t)
	i.mount(t, "data")
	address, err := process.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	environ := []string{"BYTEPASS_LISTEN=" + address, "BYTEPASS_DATA=/data", "BYTEPASS_URL=http://" + address}
	log := &strings.Builder{} // read when the server has ended
	server := i.command(t, environ, append(slices.Clone(i.entrypoint), i.cmd...)...)
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		t.Fatalf("%v; run as root, or allow user namespaces: sysctl kernel.apparmor_restrict_unprivileged_userns=0", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	healthy := func() ([]byte, error) { return i.command(t, environ, i.health...).CombinedOutput() }
	begin := time.Now()
	for out, err := healthy(); err != nil; out, err = healthy() {
		select {
		case err := <-ended:
			t.Fatalf("it ended: %v: %s", err, log)
		case <-time.After(50 * time.Millisecond):
		}
		if time.Since(begin) > 2*time.Minute {
			t.Fatalf("it is not healthy: %s", out)
		}
	}
	t.Logf("measured: healthy after %v", time.Since(begin).Round(time.Millisecond))

	put := i.command(t, environ, i.entrypoint[0], "put", "-", "a/b.txt")
	put.Stdin = strings.NewReader("bytes")
	if out, err := put.CombinedOutput(); err != nil {
		t.Errorf("an upload: %v: %s", err, out)
	}
	if out, err := i.command(t, environ, i.entrypoint[0], "get", "a/b.txt", "-").Output(); err != nil || string(out) != "bytes" {
		t.Errorf("a download: %v: %q", err, out)
	}

	if err := server.Process.Signal(i.stop); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ended with %v: %s", err, log)
		}
	case <-time.After(2 * time.Minute):
		t.Fatal("it does not stop")
	}
	if out, err := healthy(); err == nil {
		t.Errorf("it is healthy when it is gone: %s", out)
	}
}

// TestContainerNeedsAnIssuer: as it is, the image listens for everybody, and
// says what that takes.
func TestContainerNeedsAnIssuer(t *testing.T) {
	i := build(t)
	out, err := i.command(t, nil, append(slices.Clone(i.entrypoint), i.cmd...)...).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.HasPrefix(string(out), "bytepass: BYTEPASS_LISTEN: ") || !strings.Contains(string(out), "--issuer") {
		t.Errorf("%v: %s", err, out)
	}
}

// TestStandsAlone: the binary needs no libraries, and carries the roots by which
// it trusts an issuer and a store where there is no system that has them.
func TestStandsAlone(t *testing.T) {
	file, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if libraries, err := file.ImportedLibraries(); err != nil || len(libraries) > 0 {
		t.Errorf("it needs %q, %v", libraries, err)
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	const roots = "golang.org/x/crypto/x509roots/fallback"
	for _, dep := range info.Deps {
		if dep.Path == roots {
			return
		}
	}
	t.Errorf("it does not carry %s", roots)
}
