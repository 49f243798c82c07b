// Package folder is the data folder of a server: what "bytepass serve" keeps
// between two starts, and what the other commands need to find it.
//
//	lock           held by the process that serves the folder
//	state.json     addresses and choices that a restart has to repeat
//	root.json      the keys of the embedded store, readable by the user alone
//	catalog.db     the catalog (SQLite); it can be rebuilt from the store
//	store/         the embedded store
//	issuer/        the key of the development issuer
//
// The folder belongs to its user alone (mode 0700): who can read it can read
// every file and be every owner.
package folder

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/bytepass/bytepass/runtime/filelock"
)

// ErrInUse is returned when another process serves the folder.
var ErrInUse = errors.New("another bytepass serves this data folder")

// Folder is a data folder that exists.
type Folder struct{ path string }

// State is what a restart has to repeat. The zero value is a folder that was
// never served.
type State struct {
	Listen   string `json:"listen"`   // address of the API
	S3Listen string `json:"s3Listen"` // address of the store
	Metadata string `json:"metadata"` // where the store keeps metadata (embedded.Metadata)
	// Certificate is the path of the certificate that the store shows; empty if
	// it speaks HTTP.
	Certificate string `json:"certificate,omitempty"`
}

// Keys are the credentials of the embedded store's only account. Never log them.
type Keys struct {
	AccessKey string `json:"accessKey"`
	SecretKey string `json:"secretKey"`
}

// Open returns the data folder at path. With create it is made if it is not
// there, and may be empty; without, it has to be one that was served before. A
// folder with other things in it is refused: nobody's photos become a store by a
// slip of the keyboard.
func Open(path string, create bool) (*Folder, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	f := &Folder{path: path}
	if !create {
		return f, f.served()
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	for _, entry := range entries {
		if !ours(entry.Name()) {
			return nil, fmt.Errorf("%s is not empty and no data folder of bytepass: there is %q in it; name a new folder", path, entry.Name())
		}
	}
	return f, nil
}

// served returns nil if the folder was served before.
func (f *Folder) served() error {
	file, err := os.Open(f.join("state.json"))
	if err == nil {
		return file.Close()
	}
	return f.unopened(err)
}

func (f *Folder) unopened(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s cannot be read: %w; do this as the user who runs bytepass serve", f.path, fs.ErrPermission)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%s is no data folder of bytepass yet; start one with: bytepass serve --data %s", f.path, f.path)
	}
	return fmt.Errorf("data folder: %w", err)
}

// ours reports whether a data folder can hold this name: what is listed above,
// what stands beside a database or a file that is being replaced, and what the
// system or a tool has hidden there.
func ours(name string) bool {
	for _, known := range []string{"state.json", "root.json", "catalog.db"} {
		if strings.HasPrefix(name, known) {
			return true
		}
	}
	return slices.Contains([]string{"lock", "store", "issuer", "lost+found"}, name) || strings.HasPrefix(name, ".")
}

func (f *Folder) join(name string) string { return filepath.Join(f.path, name) }

// Path returns the folder's absolute path.
func (f *Folder) Path() string { return f.path }

// Catalog returns the path of the catalog's file.
func (f *Folder) Catalog() string { return f.join("catalog.db") }

// Store returns the path of the embedded store's folder.
func (f *Folder) Store() string { return f.join("store") }

// Issuer returns the path of the development issuer's folder, and makes it.
func (f *Folder) Issuer() (string, error) {
	path := f.join("issuer")
	if err := os.MkdirAll(path, 0o700); err != nil {
		return "", fmt.Errorf("data folder: %w", err)
	}
	return path, nil
}

// Lock makes this process the one that serves the folder, until unlock or its
// end, however it ends. The error is ErrInUse if there is another.
func (f *Folder) Lock() (unlock func() error, err error) {
	file, err := os.OpenFile(f.join("lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	err = filelock.Try(file)
	if errors.Is(err, filelock.ErrHeld) {
		err = ErrInUse
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("data folder %s: %w", f.path, err), file.Close())
	}
	return file.Close, nil
}

// State returns what Remember has kept.
func (f *Folder) State() (State, error) {
	var s State
	err := f.read("state.json", &s)
	if errors.Is(err, fs.ErrNotExist) {
		return State{}, nil
	}
	return s, err
}

// Remember keeps s. Only the process that has the lock may call it.
func (f *Folder) Remember(s State) error { return f.write("state.json", s) }

// Keys returns the store's keys; the first call makes them. Only the process
// that has the lock may make them.
func (f *Folder) Keys() (Keys, error) {
	var k Keys
	err := f.read("root.json", &k)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	k = Keys{AccessKey: "bytepass" + rand.Text()[:12], SecretKey: rand.Text() + rand.Text()}
	return k, f.write("root.json", k)
}

// read decodes a file strictly: an unknown member means that a newer program
// wrote it.
func (f *Folder) read(name string, v any) error {
	plain, err := os.ReadFile(f.join(name))
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(plain))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("data folder: %s: %w; it was written by another version of bytepass, or by hand", f.join(name), err)
	}
	return nil
}

// write replaces a file in one step.
func (f *Folder) write(name string, v any) error {
	plain, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(f.path, name+".*") // mode 0600
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	_, err = temporary.Write(append(plain, '\n'))
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), f.join(name))
	}
	if err != nil {
		return fmt.Errorf("data folder: %w", errors.Join(err, os.Remove(temporary.Name())))
	}
	return nil
}
