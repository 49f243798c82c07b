package deploy

import (
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

// attributes are those of a process in the image: its files are all there is, its
// user is who runs. Whoever is root becomes that user; others are he in a user
// namespace of their own.
func (i *image) attributes() *syscall.SysProcAttr {
	if os.Getuid() == 0 {
		return &syscall.SysProcAttr{Chroot: i.dir, Credential: &syscall.Credential{Uid: uint32(i.uid), Gid: uint32(i.uid)}}
	}
	return &syscall.SysProcAttr{
		Chroot: i.dir, Cloneflags: syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: i.uid, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: i.uid, HostID: os.Getgid(), Size: 1}},
	}
}

// command runs a command line in the image, with its variables set.
func (i *image) command(t *testing.T, environ []string, words ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = "/", append(slices.Clone(i.env), environ...), i.attributes()
	return cmd
}

// start starts what the image runs.
func (i *image) start(t *testing.T, environ []string) *process.Process {
	t.Helper()
	p, err := process.Start(process.Program{
		Command: append(slices.Clone(i.entrypoint), i.cmd...), Env: append(slices.Clone(i.env), environ...),
		Dir: "/", Log: filepath.Join(t.TempDir(), "log"), Sys: i.attributes(),
	})
	if err != nil {
		t.Fatalf("%v; run as root, or allow user namespaces: sysctl kernel.apparmor_restrict_unprivileged_userns=0", err)
	}
	t.Cleanup(func() {
		if err := p.End(); err != nil {
			t.Error(err)
		}
	})
	return p
}
