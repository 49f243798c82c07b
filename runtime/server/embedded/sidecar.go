package embedded

import (
	"os"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/s3err"
)

// sidecar keeps attributes in files of their own, as versitygw does, beside
// others who remove theirs. versitygw removes folders that are empty, also under
// those who have just made them, and the change fails then.
type sidecar struct{ meta.SideCar }

// sidecarTries is how often an attribute is stored; each try that fails for
// this reason means that somebody else has just removed one.
const sidecarTries = 100

// StoreAttribute keeps an attribute of an object, or of a bucket if object is
// empty. A full disk is said at once.
func (s sidecar) StoreAttribute(f *os.File, bucket, object, attribute string, value []byte) (err error) {
	for range sidecarTries {
		err = s.SideCar.StoreAttribute(f, bucket, object, attribute, value)
		if _, final := err.(s3err.S3Error); err == nil || final { //nolint:errorlint // the gateway looks at it as it is
			break
		}
	}
	return err
}
