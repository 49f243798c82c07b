package catalogtest

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

var zero files.Record

// same compares what Put was given with what came back.
func same(a, b files.Record) bool {
	if len(a.Metadata) != len(b.Metadata) || !maps.Equal(a.Metadata, b.Metadata) {
		return false
	}
	times := a.UploadedAt.Equal(b.UploadedAt) && a.DeletedAt.Equal(b.DeletedAt) && a.ExpiresAt.Equal(b.ExpiresAt)
	for _, r := range []*files.Record{&a, &b} {
		r.Metadata, r.UploadedAt, r.DeletedAt, r.ExpiresAt = nil, time.Time{}, time.Time{}, time.Time{}
	}
	return times && a.Space == b.Space && a.Key == b.Key && a.Bucket == b.Bucket && a.Size == b.Size &&
		a.MimeType == b.MimeType && a.ETag == b.ETag && a.VersionID == b.VersionID && a.Name == b.Name &&
		a.ChecksumSHA256 == b.ChecksumSHA256 && a.Status == b.Status && a.Reason == b.Reason
}

// full returns a record with every field filled.
func full(space files.Space, key string, at time.Time) files.Record {
	r := stored(space, key)
	r.Metadata = map[string]string{"album": "2026", "läd": "é"}
	r.Name = "A picture.jpg"
	r.ChecksumSHA256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	r.Reason = "8 bytes arrived, 7 were declared"
	r.DeletedAt, r.ExpiresAt = at, at.Add(time.Hour)
	return r
}

// roundTrip fails the test unless Get, List and Walk give r back.
func (s *suite) roundTrip(t *testing.T, r files.Record) {
	t.Helper()
	s.put(t, r)
	got, _, err := s.Other.Get(t.Context(), r.Space, r.Key)
	if err != nil {
		t.Fatal(err)
	}
	if !same(got, r) {
		t.Errorf("get:\n got %+v\nwant %+v", got, r)
	}
	if got.Metadata != nil && len(got.Metadata) == 0 {
		t.Error("empty metadata came back as a map; it is nil")
	}
}

func testFields(t *testing.T, s *suite) {
	alice := person(t, "alice")
	team, err := files.Group("team")
	if err != nil {
		t.Fatal(err)
	}
	for _, space := range []files.Space{alice, team} {
		for _, status := range []files.Status{files.Stored, files.Rejected, files.Deleted} {
			r := full(space, "every/"+string(status), s.at)
			r.Status = status
			s.roundTrip(t, r)
		}
		s.roundTrip(t, files.Record{Space: space, Key: "bare", Status: files.Stored})
	}
	r := full(alice, "every/stored", s.at)
	s.lists(t, query(alice, "every/"), "every/stored")
	records, err := s.List(t.Context(), withLimit(query(alice, "every/"), 10))
	if err != nil || len(records) != 1 || !same(records[0], r) {
		t.Errorf("list: %+v, %v; want %+v", records, err, r)
	}
}

func testAwkwardValues(t *testing.T, s *suite) {
	alice := person(t, "auth0|a b/../ü")
	r := stored(alice, "zero")
	r.Size, r.MimeType, r.ETag, r.VersionID = 0, "", "", ""
	s.roundTrip(t, r)

	r = stored(alice, "huge")
	r.Size = 48 << 40
	s.roundTrip(t, r)

	r = stored(alice, "metadata")
	r.Metadata = map[string]string{
		"": "no name", "quote'\"`\\": "'; DROP TABLE records; --", "percent": "%_\\", "empty": "",
		"emoji \U0001F4BE": "שלום\u202e", "json": `{"a":[1,null]}`, "html": "<&>", "line": "a\u2028b",
	}
	r.Name, r.Reason = "it's \"a\" name \U0001F4BE", "'\"$1 ?1 :1"
	s.roundTrip(t, r)

	r = stored(alice, "large")
	r.Metadata = map[string]string{}
	for c := 'a'; c < 'a'+19; c++ {
		r.Metadata[strings.Repeat(string(c), 50)] = strings.Repeat("é", 25)
	}
	s.roundTrip(t, r)

	r = stored(alice, "empty metadata")
	r.Metadata = map[string]string{}
	s.roundTrip(t, r)

	longest := strings.Repeat("k", files.MaxObjectKey-len(alice.Prefix()))
	s.roundTrip(t, stored(alice, longest))
	s.lists(t, query(alice, "k"), longest)
}

func testTimes(t *testing.T, s *suite) {
	alice := person(t, "alice")
	r := full(alice, "times", s.at)
	zone := time.FixedZone("somewhere", 5*3600+1800)
	r.UploadedAt = time.Date(2026, 12, 31, 23, 59, 59, 123_456_789, zone)
	r.DeletedAt = time.Date(2026, 1, 1, 0, 0, 0, 999_999_999, zone)
	r.ExpiresAt = time.Date(2126, 1, 1, 0, 0, 0, 1_000_000, zone)
	s.put(t, r)
	got, _, err := s.Get(t.Context(), alice, "times")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		field     string
		got, want time.Time
	}{{"UploadedAt", got.UploadedAt, r.UploadedAt}, {"DeletedAt", got.DeletedAt, r.DeletedAt}, {"ExpiresAt", got.ExpiresAt, r.ExpiresAt}} {
		if !c.got.Equal(c.want.Truncate(time.Millisecond)) || c.got.Location() != time.UTC {
			t.Errorf("%s: %v came back as %v", c.field, c.want, c.got)
		}
	}
	s.put(t, stored(alice, "no times"))
	if got, _, err = s.Get(t.Context(), alice, "no times"); err != nil || !got.DeletedAt.IsZero() || !got.ExpiresAt.IsZero() {
		t.Errorf("no time came back as %v and %v, %v", got.DeletedAt, got.ExpiresAt, err)
	}
}
