package provision

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Scratch makes buckets to try settings on, and removes them.
//
// Their names begin with ScratchPrefix and say when they were made, so that one
// whose maker was killed is recognised and removed by the next. All that is ever
// stored in them is one object of one byte, and S3 deletes only empty buckets: a
// bucket that merely has such a name loses nothing that it holds.
type Scratch struct {
	Client *s3.Client
	HTTP   *http.Client // for presigned URLs; nil is http.DefaultClient
	Region string       // where they are created
	Now    func() time.Time
	Random io.Reader // makes their names unique
}

// ScratchPrefix is how the names of scratch buckets begin.
const ScratchPrefix = "bytepass-probe-"

const (
	// scratchLife is the longest that a scratch bucket is used.
	scratchLife = 5 * time.Minute
	// scratchStale is the age from which on a scratch bucket is a leftover; it
	// leaves room for clocks that differ.
	scratchStale = 2 * scratchLife
	// removeTimeout is how long a removal may take.
	removeTimeout = 30 * time.Second
)

// With makes a scratch bucket, calls use with it, and removes all that were
// made, also when use fails or ctx ends. The error is use's, and names the
// buckets that could not be removed.
func (s *Scratch) With(ctx context.Context, use func(ctx context.Context, on *Bench) error) (err error) {
	using, cancel := context.WithTimeout(ctx, scratchLife)
	defer cancel()
	on := &Bench{scratch: s}
	defer func() {
		for _, name := range on.made {
			if removing := s.remove(context.WithoutCancel(ctx), name); removing != nil {
				err = errors.Join(err, fmt.Errorf("provision: the scratch bucket %s is left over; a run in %v or later removes it: %w", name, scratchStale, removing))
			}
		}
	}()
	if err := on.begin(using); err != nil {
		if answerOf(err).status == http.StatusForbidden {
			return fmt.Errorf("%w; where no bucket may be made for trying settings, use --no-probe", err)
		}
		return err
	}
	if refused, err := on.works(using); err != nil || refused != nil {
		return fmt.Errorf("provision: the store does not take an object in a new bucket: %w", errors.Join(refused, err))
	}
	return use(using, on)
}

func (s *Scratch) name() (string, error) {
	unique := make([]byte, 4)
	if _, err := io.ReadFull(s.Random, unique); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s%d-%s", ScratchPrefix, s.Now().Unix(), hex.EncodeToString(unique)), nil
}

// remove deletes a scratch bucket; one that is not there is fine. A policy that
// keeps everybody from that may have been tried on it: then it goes first.
func (s *Scratch) remove(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, removeTimeout)
	defer cancel()
	err := s.delete(ctx, name)
	if answerOf(err).status == http.StatusForbidden {
		if _, failed := s.Client.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: &name}); failed == nil {
			err = s.delete(ctx, name)
		}
	}
	if answerOf(err).status == http.StatusNotFound {
		return nil
	}
	return err
}

func (s *Scratch) delete(ctx context.Context, name string) error {
	if err := s.empty(ctx, name); err != nil {
		return err
	}
	_, err := s.Client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &name})
	return err
}

// empty removes all versions of the one object that may be in a scratch bucket.
func (s *Scratch) empty(ctx context.Context, name string) error {
	key := aws.String(trialKey)
	list, err := s.Client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: &name, Prefix: key})
	if err != nil {
		return err
	}
	for _, v := range list.Versions {
		if aws.ToString(v.Key) != trialKey {
			continue
		}
		if _, err := s.Client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &name, Key: key, VersionId: v.VersionId}); err != nil {
			return err
		}
	}
	return nil
}

// RemoveLeftovers removes the scratch buckets of runs that were killed, and
// returns their names. Credentials that may not list buckets find none. Those
// that it cannot remove, because something is in them, are in the error.
func (s *Scratch) RemoveLeftovers(ctx context.Context) (removed []string, err error) {
	list, err := s.Client.ListBuckets(ctx, &s3.ListBucketsInput{})
	switch status := answerOf(err).status; {
	case status == http.StatusForbidden || isUnsupported(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("provision: listing buckets: %w", err)
	}
	for _, b := range list.Buckets {
		name := aws.ToString(b.Name)
		if !s.stale(name) {
			continue
		}
		if failed := s.remove(ctx, name); failed != nil {
			err = errors.Join(err, fmt.Errorf("provision: removing the scratch bucket %s of an earlier run: %w", name, failed))
			continue
		}
		removed = append(removed, name)
	}
	return removed, err
}

// stale reports whether a name is that of a scratch bucket that nobody uses any more.
func (s *Scratch) stale(name string) bool {
	rest, ours := strings.CutPrefix(name, ScratchPrefix)
	made, unique, two := strings.Cut(rest, "-")
	seconds, err := strconv.ParseInt(made, 10, 64)
	if !ours || !two || len(unique) != 8 || err != nil {
		return false
	}
	return s.Now().Sub(time.Unix(seconds, 0)) > scratchStale
}
