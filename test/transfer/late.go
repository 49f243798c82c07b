package transfer

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/minio/crc64nvme"

	"github.com/bytepass/bytepass/runtime/client"
)

// arrivesLate completes uploads while a part of each is sent again, and once more
// when that has arrived: the answer is the same, and nothing of them is back.
func arrivesLate(t *testing.T, r *rig) {
	const size = partSize + 1000
	sum := r.file("late", size)
	file, err := os.ReadFile(filepath.Join(r.folder, "late"))
	if err != nil {
		t.Fatal(err)
	}
	api, err := client.New(client.Config{BaseURL: r.URL, Token: client.StaticToken(r.Token)})
	if err != nil {
		t.Fatal(err)
	}
	l := late{r, api, file}
	plain := client.Finish{Key: "k"}
	l.completes("by its id", plain, false)
	if !r.NoChecksums {
		checked := client.Finish{Key: "k", ChecksumCRC64NVME: encodedCRC(file)}
		l.completes("with its checksum", checked, false)
		l.completes("as it was listed", checked, true)
	}
	r.arrived("a part came late", sum)
}

// late sends parts of a file late.
type late struct {
	*rig
	api  *client.Client
	file []byte // one part and a bit
}

// completes completes an upload by the id that it was begun with, or by the one
// that it is listed with, while its first part is sent again, and then again.
func (l late) completes(what string, f client.Finish, listed bool) {
	t := l.t
	size := int64(len(l.file))
	started, err := l.api.Start(t.Context(), client.Upload{Key: f.Key, MimeType: "video/mp4", Size: &size})
	if err != nil {
		t.Fatal(err)
	}
	id := started.ID
	if listed {
		all, err := l.api.UnfinishedOf(t.Context(), f.Key, size)
		if err != nil || len(all) != 1 {
			t.Fatalf("%d uploads are unfinished: %v", len(all), err)
		}
		id = all[0].ID
	}
	for i, body := range [][]byte{l.file[:partSize], l.file[partSize:]} {
		if err := sendPart(t.Context(), http.DefaultClient, started.Parts[i], body); err != nil {
			t.Fatal(err)
		}
	}

	reached := l.count.sent.hold(partSize / 2)
	way := &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: l.count.address})}
	defer way.CloseIdleConnections()
	again := make(chan error, 1)
	go func() {
		again <- sendPart(t.Context(), &http.Client{Transport: way}, started.Parts[0], l.file[:partSize])
	}()
	select {
	case <-reached:
	case err := <-again:
		t.Fatalf("%s: the part was not held up: %v", what, err)
	}
	want, err := l.api.Complete(t.Context(), id, f)
	if err != nil {
		t.Fatal(err)
	}
	l.count.sent.release()
	t.Logf("measured: %s, the late part: %v", what, <-again) // stores take it or refuse it

	for range 2 {
		if got, err := l.api.Complete(t.Context(), id, f); err != nil || got != want {
			t.Errorf("%s, completed again: %+v, %v; the first time %+v", what, got, err, want)
		}
	}
	l.awaitListed(want.VersionID)
}

// encodedCRC returns the CRC-64/NVME of b as S3 writes it.
func encodedCRC(b []byte) string {
	crc := crc64nvme.New()
	crc.Write(b) // never returns an error
	return base64.StdEncoding.EncodeToString(crc.Sum(nil))
}

// sendPart PUTs a part by its signed URL.
func sendPart(ctx context.Context, by *http.Client, part client.SignedPart, body []byte) error {
	put, err := http.NewRequestWithContext(ctx, http.MethodPut, part.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for header, value := range part.Headers {
		put.Header.Set(header, value)
	}
	res, err := by.Do(put)
	if err != nil {
		return client.Bare(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	return nil
}
