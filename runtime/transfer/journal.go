package transfer

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/bytepass/bytepass/runtime/client"
	"github.com/bytepass/bytepass/runtime/filelock"
)

// journal is a file that is being fetched: its bytes so far, in a hidden file
// beside its target, and which of its chunks are there, in another. The names
// are made of a hash, so that they fit wherever the target's name fits.
type journal struct {
	target string
	size   int64
	data   *os.File
	news   chan struct{} // holds something when a chunk has come since it was last read

	mu   sync.Mutex
	list *os.File // a line of JSON that says of what, then the number of each chunk that is there
	done map[int]bool
}

// origin is the first line of a journal's list: chunks of anything else are of no use.
type origin struct {
	Key       string `json:"key"`
	VersionID string `json:"versionId"`
	ETag      string `json:"etag"`
	Size      int64  `json:"size"`
	Chunk     int64  `json:"chunk"`
}

// openJournal opens what is there of a file, or begins anew.
func openJournal(target string, f client.File) (*journal, error) {
	dir, name := filepath.Split(target)
	sum := sha256.Sum256([]byte(name))
	partial := filepath.Join(dir, fmt.Sprintf(".bytepass-%x.part", sum[:8]))
	j := &journal{target: target, size: f.Size, news: make(chan struct{}, 1), done: map[int]bool{}}
	var err error
	if j.list, err = openList(partial + ".json"); err != nil {
		if errors.Is(err, filelock.ErrHeld) {
			err = fmt.Errorf("%s is being fetched already, by somebody else; wait until that has ended", target)
		}
		return nil, err
	}
	if j.data, err = os.OpenFile(partial, os.O_RDWR|os.O_CREATE, 0o666); err != nil {
		return nil, errors.Join(err, j.list.Close())
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
		list, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666)
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
		if there, err := os.Stat(path); err == nil && os.SameFile(mine, there) {
			return list, nil
		}
		if err := list.Close(); err != nil {
			return nil, err
		}
	}
}

// begin reads the list; one of another origin is written anew.
func (j *journal) begin(o origin) error {
	first, err := json.Marshal(o)
	if err != nil {
		return err
	}
	info, err := j.data.Stat()
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(j.list)
	if lines.Scan() && lines.Text() == string(first) && info.Size() == j.size {
		for lines.Scan() {
			if n, err := strconv.Atoi(lines.Text()); err == nil && n >= 1 && n <= j.chunks() {
				j.done[n] = true
			}
		}
		if err := lines.Err(); err != nil {
			return err
		}
		// A line that a crash cut short must not become the beginning of another.
		_, err := j.list.Write([]byte("\n"))
		return err
	}
	if err := errors.Join(j.list.Truncate(0), j.data.Truncate(0), j.data.Truncate(j.size)); err != nil {
		return err
	}
	_, err = j.list.Write(append(first, '\n'))
	return err
}

func (j *journal) chunks() int { return int((j.size + chunk - 1) / chunk) }

// span returns the first and the last byte of a chunk.
func (j *journal) span(number int) (first, last int64) {
	first = int64(number-1) * chunk
	return first, min(first+chunk, j.size) - 1
}

func (j *journal) missing() []int {
	j.mu.Lock()
	defer j.mu.Unlock()
	var numbers []int
	for n := 1; n <= j.chunks(); n++ {
		if !j.done[n] {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// bytes returns how many bytes are there.
func (j *journal) bytes() int64 {
	var sum int64
	for n := range j.done {
		first, last := j.span(n)
		sum += last - first + 1
	}
	return sum
}

// add notes that a chunk is there. It begins to go to the disk, so that little is
// left to wait for at the end, but is not forced there: what a power cut leaves
// is found wrong when the whole is verified.
func (j *journal) add(number int) error {
	if first, last := j.span(number); j.size > large {
		flushSoon(j.data, first, last-first+1)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done[number] = true
	select {
	case j.news <- struct{}{}:
	default:
	}
	_, err := fmt.Fprintf(j.list, "%d\n", number)
	return err
}

// has reports whether a chunk is there.
func (j *journal) has(number int) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.done[number]
}

// commit gives the file, which is on the disk, its name.
func (j *journal) commit() error {
	if err := os.Rename(j.data.Name(), j.target); err != nil {
		return err
	}
	return os.Remove(j.list.Name())
}

// remove forgets everything.
func (j *journal) remove() error {
	err := os.Remove(j.data.Name())
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, os.Remove(j.list.Name()))
}

func (j *journal) close() error { return errors.Join(j.data.Close(), j.list.Close()) }
