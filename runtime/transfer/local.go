package transfer

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Local is a file of this machine and the key that it gets.
type Local struct {
	Path, Key string
	Size      int64 // bytes, when it was found
}

// ErrArguments is wrapped by errors about arguments that contradict each other.
var ErrArguments = errors.New("the arguments do not go together")

// argumentError is an ErrArguments that says only what is wrong with them.
type argumentError string

// Error returns what is wrong, and the remedy.
func (e argumentError) Error() string { return string(e) }

// Is reports that it is an ErrArguments.
func (e argumentError) Is(target error) bool { return target == ErrArguments }

// LocalFiles returns the files that sources name and their keys below target.
// A source is a file, a folder (with everything in it; a slash at its end
// leaves its own name out of the keys), or a pattern of filepath.Match, unless
// there is a file of that very name. A target that ends in a slash is a folder,
// "/" the top of the space; any other is the key of the only file.
//
// What an interrupted Get has left in a folder is none of its files.
//
// An error beside a Local is about that one alone. What is neither a file nor a
// folder is such an error, and so is a link to a folder inside a folder.
func LocalFiles(sources []string, target string) iter.Seq2[Local, error] {
	return func(yield func(Local, error) bool) {
		folder := strings.HasSuffix(target, "/")
		prefix := target
		if target == "/" {
			prefix = ""
		}
		for _, source := range sources {
			paths, pattern, err := expand(source)
			if err != nil {
				if !yield(Local{Path: source}, err) {
					return
				}
				continue
			}
			for _, p := range paths {
				info, err := os.Stat(p)
				switch {
				case err != nil:
					if !yield(Local{Path: p}, err) {
						return
					}
				case !folder && (info.IsDir() || pattern || len(sources) > 1):
					yield(Local{Path: p}, argumentError(fmt.Sprintf("%q has to end in a slash, to put several files below it", target)))
					return
				case info.IsDir():
					if !walk(p, prefix, yield) {
						return
					}
				default:
					key := prefix
					if folder {
						key += filepath.Base(p)
					}
					if !yield(local(p, key, info)) {
						return
					}
				}
			}
		}
	}
}

// expand returns the paths that a source means, and whether it is a pattern.
func expand(source string) (paths []string, pattern bool, err error) {
	if _, err := os.Lstat(source); err == nil || !strings.ContainsAny(source, "*?[") {
		return []string{source}, false, nil
	}
	paths, err = filepath.Glob(source)
	if err != nil {
		return nil, true, argumentError(fmt.Sprintf("%q is not a pattern: %v", source, err))
	}
	if len(paths) == 0 {
		return nil, true, &fs.PathError{Op: "find", Path: source, Err: fs.ErrNotExist}
	}
	return paths, true, nil
}

// walk yields the files of a folder; it returns false when nobody wants more.
func walk(root, prefix string, yield func(Local, error) bool) bool {
	if !os.IsPathSeparator(root[len(root)-1]) {
		if base := filepath.Base(root); base != "." && base != ".." {
			prefix += base + "/"
		}
	}
	// With the slash a link to a folder is that folder.
	if root = filepath.Clean(root); !os.IsPathSeparator(root[len(root)-1]) {
		root += string(filepath.Separator)
	}
	goOn := true
	next := func(l Local, err error) error {
		if goOn = yield(l, err); !goOn {
			return fs.SkipAll
		}
		return nil
	}
	_ = filepath.WalkDir(root, func(p string, entry fs.DirEntry, err error) error { // every error was yielded
		if err != nil {
			return next(Local{Path: p}, err)
		}
		if entry.IsDir() || isPartial(entry.Name()) {
			return nil
		}
		info, err := os.Stat(p)
		if err != nil {
			return next(Local{Path: p}, err)
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return next(Local{Path: p}, err)
		}
		return next(local(p, prefix+filepath.ToSlash(rel), info))
	})
	return goOn
}

func local(p, key string, info fs.FileInfo) (Local, error) {
	l := Local{Path: p, Key: key, Size: info.Size()}
	switch {
	case info.IsDir():
		return l, fmt.Errorf("%s is a link to a folder; name it as a source of its own to send what is in it", p)
	case !info.Mode().IsRegular():
		return l, fmt.Errorf("%s is not a file; pipe it to \"bytepass put -\"", p)
	case !utf8.ValidString(key):
		return l, fmt.Errorf("the name %q is not UTF-8, so it cannot be a key; rename the file", p)
	}
	return l, nil
}
