package dynamodb

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

type item = map[string]types.AttributeValue

func primaryKey(space files.Space, key files.Key) item {
	return item{"space": text(space.String()), "key": text(string(key))}
}

// partition returns the partition of the index that holds a view of a space.
func partition(view catalog.View, space files.Space) string {
	return string(view) + "#" + space.String()
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// encode writes a record as an item. Metadata is one string, because an
// attribute's name cannot be everything that a metadata name can.
func encode(r files.Record, rev catalog.Revision) (item, error) {
	it := primaryKey(r.Space, r.Key)
	it["rev"] = number(int64(rev))
	it["view"] = text(partition(catalog.ViewOf(r.Status), r.Space))
	it["id"] = text(r.ID())
	it["size"] = number(r.Size)
	for name, value := range map[string]string{
		"userId": r.UserID(), "bucket": r.Bucket, "mimeType": r.MimeType, "etag": r.ETag, "versionId": r.VersionID,
		"name": r.Name, "checksumSHA256": r.ChecksumSHA256, "status": string(r.Status), "reason": r.Reason,
	} {
		if value != "" {
			it[name] = text(value)
		}
	}
	for name, t := range map[string]time.Time{"uploadedAt": r.UploadedAt, "deletedAt": r.DeletedAt, "expiresAt": r.ExpiresAt} {
		if !t.IsZero() {
			it[name] = number(t.UnixMilli())
		}
	}
	if r.Status == files.Deleted && !r.ExpiresAt.IsZero() {
		it["expires"] = number(r.ExpiresAt.Add(time.Second - 1).Unix()) // rounded up: never before its time
	}
	if len(r.Metadata) > 0 {
		metadata, err := json.Marshal(r.Metadata)
		if err != nil {
			return nil, fmt.Errorf("metadata: %w", err)
		}
		it["metadata"] = text(string(metadata))
	}
	return it, nil
}

// decode reads what encode wrote. The error names the item.
func decode(it item) (files.Record, catalog.Revision, error) {
	d := decoder{item: it}
	r := files.Record{
		Key: files.Key(d.text("key")), Bucket: d.text("bucket"), Size: d.number("size"), MimeType: d.text("mimeType"),
		ETag: d.text("etag"), VersionID: d.text("versionId"), UploadedAt: d.time("uploadedAt"), Name: d.text("name"),
		ChecksumSHA256: d.text("checksumSHA256"), Status: files.Status(d.text("status")), Reason: d.text("reason"),
		DeletedAt: d.time("deletedAt"), ExpiresAt: d.time("expiresAt"),
	}
	rev := catalog.Revision(d.number("rev"))
	space, err := files.ParseSpace(d.text("space"))
	if err != nil {
		d.fail(err)
	}
	r.Space = space
	if metadata := d.text("metadata"); metadata != "" {
		if err := json.Unmarshal([]byte(metadata), &r.Metadata); err != nil {
			d.fail(fmt.Errorf("metadata: %w", err))
		}
	}
	if d.err != nil {
		return files.Record{}, 0, fmt.Errorf("item %q of space %q: %w", d.text("key"), d.text("space"), d.err)
	}
	return r, rev, nil
}

// decoder reads attributes and keeps the first error.
type decoder struct {
	item item
	err  error
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

func (d *decoder) text(name string) string {
	switch value := d.item[name].(type) {
	case nil:
		return ""
	case *types.AttributeValueMemberS:
		return value.Value
	default:
		d.fail(fmt.Errorf("attribute %s is no string", name))
		return ""
	}
}

func (d *decoder) number(name string) int64 {
	switch value := d.item[name].(type) {
	case nil:
		return 0
	case *types.AttributeValueMemberN:
		n, err := strconv.ParseInt(value.Value, 10, 64)
		if err != nil {
			d.fail(fmt.Errorf("attribute %s: %w", name, err))
		}
		return n
	default:
		d.fail(fmt.Errorf("attribute %s is no number", name))
		return 0
	}
}

func (d *decoder) time(name string) time.Time {
	ms := d.number(name)
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
