package build

import (
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// goMod is the project's own, so that the toolchain is the one that it pins.
func goMod(t *testing.T) []byte {
	t.Helper()
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	return mod
}

// project makes a small project with two functions and returns its folder.
func project(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	line, err := toolchain("../..")
	if err != nil {
		t.Fatal(err)
	}
	write(t, root, "go.mod", "module example.com/p\n\ngo 1.26.0\n\ntoolchain "+line+"\n")
	write(t, root, "shared/shared.go", "package shared\n\nimport \"runtime\"\n\n// Where names the caller's file, which -trimpath must make the same everywhere.\nfunc Where() string { _, file, _, _ := runtime.Caller(0); return file }\n")
	for _, name := range []string{"one", "two"} {
		write(t, root, "runtime/lambda/"+name+"/main.go", "package main\n\nimport \"example.com/p/shared\"\n\nfunc main() { println(\""+name+"\", shared.Where()) }\n")
	}
	return root
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	file := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func hash(t *testing.T, folder, name string) string {
	t.Helper()
	binary, err := os.ReadFile(filepath.Join(folder, name, "bootstrap"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(binary)
	return hex.EncodeToString(sum[:])
}

// TestSameBytesEverywhere: another folder, another environment, another time:
// the same hash.
func TestSameBytesEverywhere(t *testing.T) {
	for _, arch := range []string{"arm64", "x86_64"} {
		first, err := Functions(t.Context(), project(t), arch, "one", "two")
		if err != nil {
			t.Fatal(err)
		}
		other := project(t)
		t.Setenv("GOFLAGS", "-buildvcs=true -tags=other")
		t.Setenv("GOAMD64", "v3")
		t.Setenv("GOARM64", "v9.0")
		t.Setenv("CGO_ENABLED", "1")
		t.Setenv("GOEXPERIMENT", "rangefunc")
		second, err := Functions(t.Context(), other, arch, "two", "one")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"one", "two"} {
			if hash(t, first, name) != hash(t, second, name) {
				t.Errorf("%s for %s has other bytes in another folder", name, arch)
			}
		}
		if hash(t, first, "one") == hash(t, first, "two") {
			t.Errorf("one and two are the same binary")
		}
	}
}

// TestOurFunctionIsTheSameFromACopy builds a function of this project from two
// folders: what our dependencies do to the bytes counts too.
func TestOurFunctionIsTheSameFromACopy(t *testing.T) {
	const name = "emptybucket"
	here, err := Functions(t.Context(), "../..", "arm64", name)
	if err != nil {
		t.Fatal(err)
	}
	copied := t.TempDir()
	write(t, copied, "go.mod", string(goMod(t)))
	sum, err := os.ReadFile("../../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	write(t, copied, "go.sum", string(sum))
	if err := os.CopyFS(filepath.Join(copied, "runtime"), os.DirFS("../../runtime")); err != nil {
		t.Fatal(err)
	}
	there, err := Functions(t.Context(), copied, "arm64", name)
	if err != nil {
		t.Fatal(err)
	}
	if hash(t, here, name) != hash(t, there, name) {
		t.Errorf("%s has other bytes when it is built in another folder", name)
	}
}

func TestBinary(t *testing.T) {
	for arch, machine := range map[string]elf.Machine{"arm64": elf.EM_AARCH64, "x86_64": elf.EM_X86_64} {
		folder, err := Functions(t.Context(), project(t), arch, "one")
		if err != nil {
			t.Fatal(err)
		}
		bootstrap := filepath.Join(folder, "one", "bootstrap")
		f, err := elf.Open(bootstrap)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if f.Machine != machine || f.Section(".symtab") != nil {
			t.Errorf("the binary for %s is for %v, with symbols: %v", arch, f.Machine, f.Section(".symtab") != nil)
		}
		if libraries, _ := f.ImportedLibraries(); len(libraries) > 0 {
			t.Errorf("the binary for %s needs %v", arch, libraries)
		}
		info, err := buildinfo.ReadFile(bootstrap)
		if err != nil {
			t.Fatal(err)
		}
		if want, _ := toolchain("../.."); info.GoVersion != want {
			t.Errorf("it was built by %s, not by the pinned %s", info.GoVersion, want)
		}
		if mode, err := os.Stat(bootstrap); err != nil || mode.Mode().Perm() != 0o755 {
			t.Errorf("Lambda could not start it: %v, %v", mode.Mode(), err)
		}
		left, err := os.ReadDir(folder)
		if err != nil || len(left) != 1 {
			t.Errorf("the build leaves %d things beside the function: %v", len(left)-1, left)
		}
	}
}

func TestRefused(t *testing.T) {
	broken := project(t)
	write(t, broken, "runtime/lambda/two/main.go", "package main\n\nfunc main() { nonsense() }\n")
	unpinned := project(t)
	write(t, unpinned, "go.mod", "module example.com/p\n\ngo 1.26.0\n")
	for _, test := range []struct{ root, arch, name, says string }{
		{project(t), "amd64", "one", "use arm64 or x86_64"},
		{project(t), "arm64", "three", "runtime/lambda/three/main.go is missing"},
		{broken, "arm64", "two", "undefined: nonsense"},
		{unpinned, "arm64", "one", "go.mod has no toolchain line"},
		{t.TempDir(), "arm64", "one", "go.mod"},
	} {
		if _, err := Functions(t.Context(), test.root, test.arch, test.name); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s for %s: the error is %v, not %q", test.name, test.arch, err, test.says)
		}
	}
}
