package transfer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/runtime/filelock"
)

// What Get keeps of a file until all of it is there is named so, and the list of
// what has arrived so with listSuffix.
const (
	partialPrefix = ".bytepass-"
	partialSuffix = ".part"
	listSuffix    = ".json"
)

// isPartial reports whether a name is one of an unfinished Get.
func isPartial(name string) bool {
	rest, own := strings.CutPrefix(name, partialPrefix)
	number, partial := strings.CutSuffix(strings.TrimSuffix(rest, listSuffix), partialSuffix)
	bytes, err := hex.DecodeString(number)
	return own && partial && err == nil && len(bytes) == 8
}

// openJournal opens what is there of a file, or begins anew.
func openJournal(target string, f client.File) (*journal, error) {
	dir, name := filepath.Split(target)
	sum := sha256.Sum256([]byte(name))
	partial := filepath.Join(dir, fmt.Sprintf("%s%x%s", partialPrefix, sum[:8], partialSuffix))
	j := &journal{target: target, size: f.Size, proven: f.ChecksumSHA256 != "", news: make(chan struct{}, 1), done: map[int]bool{}}
	var err error
	if j.list, err = openList(partial + listSuffix); err != nil {
		if errors.Is(err, filelock.ErrHeld) {
			err = fmt.Errorf("%s is being fetched already, by somebody else; wait until that has ended", target)
		}
		return nil, err
	}
	if j.data, err = openOwn(partial, os.O_RDWR|os.O_CREATE); err != nil {
		return nil, errors.Join(err, j.list.Close())
	}
	// What replaces a file is for nobody else's eyes than that was.
	if there, err := os.Stat(target); err == nil {
		if err := j.data.Chmod(there.Mode().Perm() | 0o600); err != nil {
			return nil, errors.Join(err, j.close())
		}
	}
	if err := j.begin(origin{f.Key, f.VersionID, f.ETag, f.Size, chunk}); err != nil {
		return nil, errors.Join(err, j.close())
	}
	return j, nil
}

// openList opens a list for one alone: two that write to the same places would
// each spoil what the other has verified. The error is filelock.ErrHeld then.
func openList(path string) (*os.File, error) {
	for {
		list, err := openOwn(path, os.O_RDWR|os.O_CREATE|os.O_APPEND)
		if err != nil {
			return nil, err
		}
		// A file system that knows no locks is no reason to fetch nothing.
		if err := filelock.Try(list); errors.Is(err, filelock.ErrHeld) {
			return nil, errors.Join(err, list.Close())
		}
		mine, err := list.Stat()
		if err != nil {
			return nil, errors.Join(err, list.Close())
		}
		// Whoever had the lock before may have removed the file in between.
		if there, err := os.Lstat(path); err == nil && os.SameFile(mine, there) {
			return list, nil
		}
		if err := list.Close(); err != nil {
			return nil, err
		}
	}
}

// openOwn opens a file of a journal. Its name can be foretold, so in a folder
// where others write, too, something else may lie there in wait, such as a link to
// a file that would be written over.
func openOwn(path string, how int) (*os.File, error) {
	if there, err := os.Lstat(path); err == nil && !there.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file, and is where the file that arrives has to go meanwhile; remove it", path)
	}
	return os.OpenFile(path, how, 0o666)
}

// maxList is more than the list of the largest file has, in bytes.
const maxList = 64 << 20

// begin reads the list; one of another origin, or that nobody can read, is
// written anew.
func (j *journal) begin(o origin) error {
	first, err := json.Marshal(o)
	if err != nil {
		return err
	}
	info, err := j.data.Stat()
	if err != nil {
		return err
	}
	content, err := io.ReadAll(io.LimitReader(j.list, maxList))
	if err != nil {
		return err
	}
	// A line that a crash or a full disk cut short says another number than was
	// meant: only whole ones count, and nothing is written behind half of one.
	whole := bytes.LastIndexByte(content, '\n') + 1
	head, rest, _ := bytes.Cut(content[:whole], []byte("\n"))
	if !bytes.Equal(head, first) || info.Size() != j.size {
		if err := errors.Join(j.list.Truncate(0), j.data.Truncate(0), j.data.Truncate(j.size)); err != nil {
			return err
		}
		_, err = j.list.Write(append(first, '\n'))
		return err
	}
	for line := range bytes.Lines(rest) {
		if n, err := strconv.Atoi(string(bytes.TrimSuffix(line, []byte("\n")))); err == nil && n >= 1 && n <= j.chunks() {
			j.done[n] = true
		}
	}
	return j.list.Truncate(int64(whole))
}
