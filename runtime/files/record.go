package files

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Status says what the catalog knows of a key.
type Status string

// The states of a record.
const (
	Stored   Status = "stored"   // the bucket holds a current version, and it is accepted
	Rejected Status = "rejected" // what arrived was not what was declared; Reason says why
	Deleted  Status = "deleted"  // a tombstone: the bucket holds no current version
)

// Record is what the catalog keeps of one key: a projection of the object's
// head, nothing that the bucket does not know (but for Reason).
type Record struct {
	Space      Space
	Key        Key
	Bucket     string
	Size       int64  // bytes
	MimeType   string // the object's Content-Type
	ETag       string // without quotes
	VersionID  string // empty where the bucket is not versioned
	UploadedAt time.Time
	// Metadata is the caller's, and Name the display name, both from the
	// object's declaration.
	Metadata       map[string]string
	Name           string
	ChecksumSHA256 string // base64, full object; empty if unknown
	Status         Status
	Reason         string    // why it was rejected
	DeletedAt      time.Time // when ingest saw that it was gone; zero otherwise
	ExpiresAt      time.Time // when the catalog may forget a tombstone; zero otherwise
}

// ID returns the record's id: the same for a key for ever, on every engine,
// after every rebuild.
func (r Record) ID() string { return RecordID(r.Space, r.Key) }

// RecordID returns the id of the record of key in space: 32 hex digits.
func RecordID(space Space, key Key) string {
	sum := sha256.Sum256([]byte(space.Prefix() + string(key)))
	return hex.EncodeToString(sum[:16])
}

// UserID returns the owner of a person's space, and "" for a group's.
func (r Record) UserID() string {
	if r.Space.IsGroup() {
		return ""
	}
	return r.Space.ID()
}

// Expired reports whether r is a tombstone that has outlived its time at now.
func (r Record) Expired(now time.Time) bool {
	return !r.ExpiresAt.IsZero() && !now.Before(r.ExpiresAt)
}
