package serve

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync/atomic"
)

// writer changes files of its own, one change after the other.
type writer struct {
	name   string
	api    string
	random *rand.Rand
	bytes  *rand.ChaCha8
	files  map[string]*written
	// changes counts those of all writers that were acknowledged.
	changes *atomic.Int64
}

// written is what a writer knows of one file.
type written struct {
	versions map[string]string // acknowledged, or found after a kill: version id → MD5 of the bytes
	current  string            // version id; empty after a delete
	open     bool              // a change was not acknowledged, so current is not sure
}

// work changes files until ctx ends or the server is gone.
func (w *writer) work(ctx context.Context) {
	for ctx.Err() == nil {
		key := fmt.Sprintf("%s/%d", w.name, w.random.IntN(10))
		f := w.files[key]
		if f == nil {
			f = &written{versions: map[string]string{}}
			w.files[key] = f
		}
		f.open = true
		if err := w.change(ctx, key, f); err != nil {
			return // the change stays open
		}
		f.open = false
		w.changes.Add(1)
	}
}

func (w *writer) change(ctx context.Context, key string, f *written) error {
	switch n := w.random.IntN(4); {
	case n == 0 && f.current != "":
		if err := w.call(ctx, http.MethodDelete, "/api/files", map[string]any{"key": key}, nil); err != nil {
			return err
		}
		f.current = ""
		return nil
	case n == 1 && f.current == "" && len(f.versions) > 0:
		var restored struct{ VersionID string }
		if err := w.call(ctx, http.MethodPost, "/api/restore", map[string]any{"key": key}, &restored); err != nil {
			return err
		}
		f.current = slices.Max(slices.Collect(maps.Keys(f.versions))) // ids are ordered by time
		return nil
	}
	body := make([]byte, w.random.IntN(200_000))
	w.bytes.Read(body)
	version, err := w.put(ctx, key, body)
	if err != nil {
		return err
	}
	sum := md5.Sum(body)
	f.versions[version], f.current = hex.EncodeToString(sum[:]), version
	return nil
}

func (w *writer) put(ctx context.Context, key string, body []byte) (version string, err error) {
	var signed struct {
		URL     string
		Headers map[string]string
	}
	if err := w.call(ctx, http.MethodPost, "/api/presign", map[string]any{"key": key, "mimeType": "text/plain", "size": len(body)}, &signed); err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, signed.URL, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	for name, value := range signed.Headers {
		r.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return "", errors.New(res.Status)
	}
	return res.Header.Get("X-Amz-Version-Id"), nil
}

func (w *writer) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, w.api+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(out)
}
