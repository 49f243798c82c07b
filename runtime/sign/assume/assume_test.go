package assume_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign/assume"
)

const arn = "arn:aws:iam::123456789012:role/upload-signer"

// clerk is an STS that takes a second for an answer.
type clerk struct {
	calls atomic.Int64
	down  atomic.Bool
}

func (c *clerk) AssumeRole(ctx context.Context, in *sts.AssumeRoleInput, _ ...func(*sts.Options)) (*sts.AssumeRoleOutput, error) {
	n := c.calls.Add(1)
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if c.down.Load() {
		return nil, errors.New("no answer")
	}
	if aws.ToString(in.RoleArn) != arn || aws.ToString(in.RoleSessionName) != "test" {
		return nil, fmt.Errorf("asked for %s as %s", *in.RoleArn, *in.RoleSessionName)
	}
	return &sts.AssumeRoleOutput{Credentials: &types.Credentials{
		AccessKeyId: aws.String(fmt.Sprint("key", n)), SecretAccessKey: aws.String("secret"), SessionToken: aws.String("token"),
		Expiration: aws.Time(time.Now().Add(time.Duration(*in.DurationSeconds) * time.Second)),
	}}, nil
}

// TestLifeOfCredentials walks through an hour of a role, and what is asked of
// STS on the way.
func TestLifeOfCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &clerk{}
		role := assume.New(c, arn, "test", time.Now)
		start := time.Now()
		const minLife = 20 * time.Minute
		expect := func(step, key string, calls int64, took time.Duration) {
			t.Helper()
			before := time.Now()
			got, err := role.Credentials(t.Context(), minLife)
			if err != nil || got.AccessKeyID != key || time.Since(before) != took {
				t.Errorf("%s: got %s after %v, %v; want %s after %v", step, got.AccessKeyID, time.Since(before), err, key, took)
			}
			synctest.Wait()
			if n := c.calls.Load(); n != calls {
				t.Errorf("%s: STS was asked %d times, want %d", step, n, calls)
			}
		}

		synctest.Wait()
		if c.calls.Load() != 0 {
			t.Error("STS was asked before the first signature")
		}
		expect("the first", "key1", 1, time.Second)
		time.Sleep(30 * time.Minute)
		expect("fresh", "key1", 1, 0)
		time.Sleep(time.Until(start.Add(38*time.Minute + time.Second)))
		expect("soon too old: renewed behind the caller's back", "key1", 2, 0)
		time.Sleep(2 * time.Second)
		expect("renewed", "key2", 2, 0)

		c.down.Store(true)
		time.Sleep(45 * time.Minute)
		expect("too old, and STS is down", "key2", 3, time.Second)
		expect("too old, and STS was down a moment ago", "key2", 3, 0)
		c.down.Store(false)
		time.Sleep(5 * time.Second)
		expect("too old, and STS is back", "key4", 4, time.Second)
	})
}

func TestConcurrentCallersShareOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &clerk{}
		role := assume.New(c, arn, "test", time.Now)
		impatient, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		var callers sync.WaitGroup
		for i := range 100 {
			callers.Go(func() {
				if i == 0 {
					if _, err := role.Credentials(impatient, time.Minute); !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("who gave up got %v", err)
					}
					return
				}
				if got, err := role.Credentials(t.Context(), time.Minute); err != nil || got.AccessKeyID != "key1" {
					t.Errorf("got %s, %v", got.AccessKeyID, err)
				}
			})
		}
		callers.Wait()
		if n := c.calls.Load(); n != 1 {
			t.Errorf("STS was asked %d times", n)
		}
	})
}

// TestFrozen: the call that others had begun failed while the function was
// frozen; who comes then gets another one.
func TestFrozen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &clerk{}
		c.down.Store(true)
		role := assume.New(c, arn, "test", time.Now)
		impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := role.Credentials(impatient, time.Minute); err == nil {
			t.Error("who gave up got credentials")
		}
		time.AfterFunc(time.Second+time.Millisecond, func() { c.down.Store(false) })
		if got, err := role.Credentials(t.Context(), time.Minute); err != nil || got.AccessKeyID != "key2" {
			t.Errorf("got %s, %v", got.AccessKeyID, err)
		}
	})
}

func TestNoCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &clerk{}
		c.down.Store(true)
		role := assume.New(c, arn, "test", time.Now)
		if _, err := role.Credentials(t.Context(), time.Minute); files.CodeOf(err) != files.CodeUnavailable {
			t.Errorf("STS is down: got %v", err)
		}
		c.down.Store(false)
		if got, err := role.Credentials(t.Context(), time.Minute); err != nil || got.SessionToken != "token" {
			t.Errorf("STS is back: got %+v, %v", got.Expires, err)
		}
		// An hour is all there is: more than that is not waited for twice.
		if got, err := role.Credentials(t.Context(), 2*time.Hour); err != nil || got.AccessKeyID != "key3" {
			t.Errorf("asked for two hours: got %s, %v", got.AccessKeyID, err)
		}
	})
}
