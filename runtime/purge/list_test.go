package purge

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// A page ends with its last key, whether the store encodes that like the others
// or, as Ceph 16, does not.
func TestEndOfAPage(t *testing.T) {
	for _, tc := range []struct{ first, last, end, want string }{
		{"a", "b%2Bc", "b%2Bc", "b+c"},
		{"a", "b%2Bc", "b+c", "b+c"},
		{"a", "b%25", "b%25", "b%"},
		{"a", "b%25", "b%", "b%"},
		{"b%252B", "b%2B", "b%2B", "b+"},       // as in S3, where another key looks like the end
		{"a", "b", "b[note%5D", "b[note]"},     // MinIO adds to it
		{"b%2541", "b%2541", "b%41", "b%41"},   // of Ceph
		{"b%2541", "b%2541", "b%2541", "b%41"}, // of S3
	} {
		got, err := endOf(&s3.ListObjectVersionsOutput{
			EncodingType: types.EncodingTypeUrl, NextKeyMarker: &tc.end,
			Versions: []types.ObjectVersion{{Key: &tc.first}}, DeleteMarkers: []types.DeleteMarkerEntry{{Key: aws.String(tc.last)}},
		})
		if got != tc.want || err != nil {
			t.Errorf("a page to %q that says it ends with %q: %q, %v; want %q", tc.last, tc.end, got, err, tc.want)
		}
	}
}
