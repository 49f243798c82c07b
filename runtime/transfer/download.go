package transfer

import (
	"context"
	"errors"
	"sync"

	"github.com/bytepass/bytepass/runtime/client"
)

// download is the URL of one version, renewed when it expires.
type download struct {
	*Engine
	mu   sync.Mutex
	file client.File
}

func newDownload(e *Engine, f client.File) *download { return &download{Engine: e, file: f} }

// drop forgets the URL, because the store refused it.
func (d *download) drop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.file.URL = ""
}

// get returns a URL of the version that was described at first.
func (d *download) get(ctx context.Context) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.file.URL != "" && d.Now().Before(d.file.URLExpiresAt.Add(-margin)) {
		return d.file.URL, nil
	}
	fresh, err := d.API.File(ctx, d.file.Key, d.file.VersionID)
	if err != nil {
		return "", client.Final(err)
	}
	if fresh.VersionID != d.file.VersionID || fresh.ETag != d.file.ETag || fresh.Size != d.file.Size {
		return "", errors.New("the file was replaced while it was being fetched; get it again")
	}
	d.file.URL, d.file.URLExpiresAt = fresh.URL, fresh.URLExpiresAt
	if !d.Now().Before(d.file.URLExpiresAt.Add(-margin)) { // this machine's clock is ahead
		d.file.URLExpiresAt = d.Now().Add(unknownLife)
	}
	return fresh.URL, nil
}
