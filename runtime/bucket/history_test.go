package bucket

import (
	"slices"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

// A history is newest first, whatever time a store gives to a version that was
// replaced just when a second began.
func TestNewestFirst(t *testing.T) {
	at := func(seconds int) time.Time { return time.Unix(int64(seconds), 0) }
	history := []files.Version{
		{VersionID: "second", LastModified: at(12)}, {VersionID: "first", LastModified: at(13)},
		{VersionID: "deleted again", DeleteMarker: true, Latest: true, LastModified: at(12)},
		{VersionID: "deleted before", DeleteMarker: true, LastModified: at(5)},
	}
	newestFirst(history)
	var got []string
	for _, v := range history {
		got = append(got, v.VersionID)
	}
	if want := []string{"deleted again", "second", "first", "deleted before"}; !slices.Equal(got, want) {
		t.Errorf("the history is %q, want %q", got, want)
	}
}
