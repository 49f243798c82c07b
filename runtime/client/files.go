package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// File is a file as the service knows it.
type File struct {
	Key            string            `json:"key"`
	Size           int64             `json:"size"` // bytes
	MimeType       string            `json:"mimeType"`
	ETag           string            `json:"etag"` // without quotes
	VersionID      string            `json:"versionId,omitempty"`
	UploadedAt     time.Time         `json:"uploadedAt"`
	Metadata       map[string]string `json:"metadata,omitempty"`
	Name           string            `json:"name,omitempty"`           // for display
	ChecksumSHA256 string            `json:"checksumSHA256,omitempty"` // base64
	Status         string            `json:"status"`                   // stored, rejected or deleted
	Reason         string            `json:"reason,omitempty"`         // why it was rejected
	DeletedAt      *time.Time        `json:"deletedAt,omitempty"`
	// URL serves the bytes of this version until URLExpiresAt. Whoever has it
	// may read them.
	URL          string    `json:"url,omitempty"`
	URLExpiresAt time.Time `json:"urlExpiresAt,omitzero"`
}

// View is which files a listing shows.
type View string

// The views of a space.
const (
	Stored   View = "files"
	Trash    View = "trash"
	Rejected View = "rejected"
)

// Entry is one entry of a folder: a file, or the name of a folder.
type Entry struct {
	Name   string `json:"name"`
	Prefix string `json:"prefix,omitempty"` // of a folder
	File   *File  `json:"file,omitempty"`   // nil for a folder
}

// pageSize is how many entries are asked for at once.
const pageSize = 1000

// Files returns the files of a view whose keys begin with prefix, in byte order
// of their keys. It asks for the next page when the one before is used up; an
// error is the last thing that it returns.
func (c *Client) Files(ctx context.Context, view View, prefix string) iter.Seq2[File, error] {
	return pages[File](ctx, c, string(view), prefix)
}

// Folder returns what is directly below a prefix that is empty or ends in a
// slash, as Files does.
func (c *Client) Folder(ctx context.Context, prefix string) iter.Seq2[Entry, error] {
	return pages[Entry](ctx, c, "folders", prefix)
}

func pages[T any](ctx context.Context, c *Client, route, prefix string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		query := url.Values{"limit": {strconv.Itoa(pageSize)}}
		if prefix != "" {
			query.Set("prefix", prefix)
		}
		for query != nil {
			var page []T
			header, err := c.call(ctx, request{method: http.MethodGet, path: []string{route}, query: query}, &page)
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range page {
				if !yield(item, nil) {
					return
				}
			}
			query = next(header)
		}
	}
}

// next returns the query of the page after this one (RFC 8288); nil on the last.
func next(h http.Header) url.Values {
	for _, link := range strings.Split(h.Get("Link"), ",") {
		target, params, ok := strings.Cut(strings.TrimSpace(link), ">")
		if !ok || !strings.HasPrefix(target, "<") || !strings.Contains(params, `rel="next"`) {
			continue
		}
		if u, err := url.Parse(target[1:]); err == nil {
			return u.Query()
		}
	}
	return nil
}

// File returns the current version of a file, or the version that is named. The
// error is a *Problem with CodeNotFound when there is none.
func (c *Client) File(ctx context.Context, key, versionID string) (File, error) {
	query := url.Values{"key": {key}}
	if versionID != "" {
		query.Set("versionId", versionID)
	}
	var f File
	_, err := c.call(ctx, request{method: http.MethodGet, path: []string{"file"}, query: query}, &f)
	return f, err
}

// Version is one entry of a file's history.
type Version struct {
	VersionID    string `json:"versionId"`
	DeleteMarker bool   `json:"deleteMarker"` // it says that the file was deleted
}

// Versions returns the latest versions of a file and its delete markers, newest
// first, as the bucket has them: up to a page of them. The error is a *Problem
// with CodeNotFound when there is none.
func (c *Client) Versions(ctx context.Context, key string) ([]Version, error) {
	query := url.Values{"key": {key}, "limit": {strconv.Itoa(pageSize)}}
	var out []Version
	_, err := c.call(ctx, request{method: http.MethodGet, path: []string{"versions"}, query: query}, &out)
	return out, err
}

// Delete deletes a file, recoverably. Deleting a deleted file succeeds.
func (c *Client) Delete(ctx context.Context, key string) error {
	_, err := c.call(ctx, request{method: http.MethodDelete, path: []string{"files"}, body: map[string]string{"key": key}}, nil)
	return err
}
