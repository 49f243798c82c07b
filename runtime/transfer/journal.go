package transfer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// journal is a file that is being fetched: its bytes so far, in a hidden file
// beside its target, and which of its chunks are there, in another. The names
// are made of a hash, so that they fit wherever the target's name fits.
type journal struct {
	target string
	size   int64
	data   *os.File
	proven bool          // a SHA-256 will show whether all that was noted is there
	news   chan struct{} // holds something when a chunk has come since it was last read

	mu   sync.Mutex
	list *os.File // a line of JSON that says of what, then the number of each chunk that is there
	done map[int]bool
	torn error // why the list can no longer be written to
}

// origin is the first line of a journal's list: chunks of anything else are of no use.
type origin struct {
	Key       string `json:"key"`
	VersionID string `json:"versionId"`
	ETag      string `json:"etag"`
	Size      int64  `json:"size"`
	Chunk     int64  `json:"chunk"`
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
// left to wait for at the end. It is forced there only if nothing would show, when
// the whole is verified, what a power cut has left of it.
func (j *journal) add(number int) error {
	if !j.proven {
		if err := j.data.Sync(); err != nil {
			return err
		}
	} else if first, last := j.span(number); j.size > large {
		flushSoon(j.data, first, last-first+1)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.torn != nil {
		return j.torn
	}
	if _, j.torn = fmt.Fprintf(j.list, "%d\n", number); j.torn != nil {
		return j.torn
	}
	j.done[number] = true
	select {
	case j.news <- struct{}{}:
	default:
	}
	return nil
}

// has reports whether a chunk is there.
func (j *journal) has(number int) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.done[number]
}

// commit gives the file, which is on the disk, its name, and the permissions of
// the one that it replaces.
func (j *journal) commit() error {
	if there, err := os.Stat(j.target); err == nil {
		if err := j.data.Chmod(there.Mode().Perm()); err != nil {
			return err
		}
	}
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
