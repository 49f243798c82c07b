package ingest

import (
	"reflect"
	"strings"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

// present returns the record of an object that is there.
func (p *Projector) present(old files.Record, head files.Head) files.Record {
	r := files.Record{
		Size:           head.Size,
		MimeType:       clean(head.MimeType),
		ETag:           clean(head.ETag),
		VersionID:      clean(head.VersionID),
		UploadedAt:     instant(head.LastModified),
		ChecksumSHA256: clean(head.ChecksumSHA256),
		Status:         files.Stored,
	}
	if head.Declared {
		r.Name = clean(head.Declaration.Name)
		for name, value := range head.Declaration.Metadata {
			if r.Metadata == nil {
				r.Metadata = map[string]string{}
			}
			r.Metadata[clean(name)] = clean(value)
		}
		if r.ChecksumSHA256 == "" && sameBytes(head) {
			r.ChecksumSHA256 = clean(head.Declaration.ChecksumSHA256)
		}
	}
	if accepted(old) && sameVersion(old, r) {
		return r // judged once, when it arrived
	}
	if r.Reason = head.Verdict(); r.Reason != "" {
		r.Status = files.Rejected
	}
	return r
}

// sameBytes reports whether what arrived has the CRC64NVME that was declared.
// Stores compute no SHA-256 of a file that came in parts; the declared one is
// then as good as the declared CRC64NVME beside it, which they do compute.
func sameBytes(head files.Head) bool {
	return head.ChecksumCRC64NVME != "" && head.ChecksumCRC64NVME == head.Declaration.ChecksumCRC64NVME
}

// gone returns the record of an object that is not there: what was last known
// of it, for the list of the trash. A rejected one stays rejected.
func (p *Projector) gone(old files.Record, event bool) files.Record {
	r, now := old, instant(p.Now())
	if old.Status == files.Rejected {
		return r
	}
	if old.Status != files.Deleted || old.Expired(now) && event {
		r.DeletedAt = now
	}
	// Reconcile does not keep a tombstone alive by looking at it.
	if old.Status != files.Deleted || event {
		r.ExpiresAt = now.Add(p.Keep)
	}
	r.Status = files.Deleted
	return r
}

// accepted reports whether the version that r names was accepted: a tombstone
// of a rejected one would still say rejected.
func accepted(r files.Record) bool { return r.Status == files.Stored || r.Status == files.Deleted }

// sameVersion reports whether two records are of the same version of an object.
// Where the bucket is not versioned, or was not when the object arrived (its
// id is then "null", whatever is written to it), the content and the time decide.
func sameVersion(a, b files.Record) bool {
	if a.VersionID != b.VersionID {
		return false
	}
	if a.VersionID != "" && a.VersionID != "null" {
		return true
	}
	return a.ETag != "" && a.ETag == b.ETag && a.UploadedAt.Equal(b.UploadedAt)
}

// equal compares a record that the catalog returned with one made here: both
// have times in UTC to the millisecond and no empty metadata.
func equal(a, b files.Record) bool { return reflect.DeepEqual(a, b) }

// instant returns t as the catalog keeps it.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// clean makes text that whoever may write to the bucket has chosen fit every
// database: valid UTF-8 without NUL.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
