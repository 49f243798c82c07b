package folder

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

// Bounds of a disk's room.
const (
	// LowRoom is how many bytes a disk has to have left: below, uploads are
	// about to fail.
	LowRoom = 64 << 20
	// EnoughRoom is how many bytes make up for it: what comes and goes around
	// LowRoom is no news.
	EnoughRoom = 2 * LowRoom
	// roomProbe is how many bytes are written to find out that it works.
	roomProbe = 64 << 10
)

// Room tells whether a folder can be written to. Its methods are safe for
// concurrent use.
type Room struct {
	path string
	free func(path string) (bytes uint64, err error)
	mu   sync.Mutex
	low  bool // it had too little, and has not had enough since
}

// Room returns what watches the room of the folder.
func (f *Folder) Room() *Room { return &Room{path: f.path, free: freeBytes} }

// Check returns nil if the folder can be written to: it writes a file and
// removes it. It fails too when the disk has less than LowRoom left, and from
// then on until it has EnoughRoom. The error names the folder and says what
// helps.
func (r *Room) Check() error {
	if err := r.probe(); err != nil {
		return fmt.Errorf("data folder: nothing can be written: %w; free space on its disk, or put it on a larger one", err)
	}
	free, err := r.free(r.path)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil // the probe has to do
	}
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.low = free < LowRoom || r.low && free < EnoughRoom; r.low {
		return fmt.Errorf("data folder: the disk of %s has %d MiB left; free space until it has %d", r.path, free>>20, EnoughRoom>>20)
	}
	return nil
}

func (r *Room) probe() error {
	file, err := os.CreateTemp(r.path, ".room-*")
	if err != nil {
		return err
	}
	_, err = file.Write(make([]byte, roomProbe))
	return errors.Join(err, file.Close(), os.Remove(file.Name()))
}
