// Package assume gives a signer the credentials of a role that can do nothing
// but what the signer signs, by STS AssumeRole.
//
// Whoever runs it needs sts:AssumeRole on the role and nothing else of the
// signer's rights. A role that is assumed by another one (every function's is)
// gets credentials for an hour at most
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining),
// which is why no URL lives longer than 45 minutes: the signer asks for five
// minutes more than the URL's life, and so gets renewed credentials in time.
package assume

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign"
)

const (
	// duration is how long credentials are asked for: the most that a chained
	// role gets.
	duration = time.Hour
	// renewal bounds one attempt to get new credentials, retries included.
	renewal = 10 * time.Second
	// early is how long before somebody has to wait for them new credentials
	// are fetched in the background.
	early = 3 * time.Minute
	// usable is what credentials that cannot be renewed must still live to be
	// handed out.
	usable = time.Minute
	// pause is how long STS is not asked again after it failed, while there
	// are credentials of use.
	pause = 5 * time.Second
)

// STS is what is needed of an STS client.
type STS interface {
	AssumeRole(context.Context, *sts.AssumeRoleInput, ...func(*sts.Options)) (*sts.AssumeRoleOutput, error)
}

// Role hands out credentials of one role. It is safe for concurrent use.
type Role struct {
	sts     STS
	arn     string
	session string
	now     func() time.Time

	mu       sync.Mutex
	creds    sign.Credentials
	failed   time.Time // when STS gave none; zero if it did the last time
	fetching *fetch    // under way, or nil
}

// fetch is one call of AssumeRole that any number of callers wait for.
type fetch struct {
	done chan struct{} // closed when err can be read
	err  error
}

// New returns a Role. It asks STS for nothing yet: the first signature does.
// The session's name (2 to 64 letters, digits or -_=,.@) appears in CloudTrail.
func New(client STS, arn, session string, now func() time.Time) *Role {
	return &Role{sts: client, arn: arn, session: session, now: now}
}

// Credentials is a sign.Provider. It answers from memory while the
// credentials live for minLife; when they soon will not, it still does, and
// has new ones fetched in the background. Otherwise it waits for new ones, and
// callers that come meanwhile wait for the same call. When STS does not give
// any, what is there is handed out as long as it is of use (the signer then
// shortens what it promises); otherwise the error is a *files.Problem with
// CodeUnavailable.
func (r *Role) Credentials(ctx context.Context, minLife time.Duration) (sign.Credentials, error) {
	creds, f, joined, enough := r.look(ctx, minLife)
	if enough {
		return creds, nil
	}
	err := f.wait(ctx)
	if err != nil && joined {
		// A function may have been frozen in the middle of that call.
		if creds, f, _, enough = r.look(ctx, minLife); enough {
			return creds, nil
		}
		err = f.wait(ctx)
	}
	if creds = r.current(); err == nil || creds.Expires.Sub(r.now()) >= usable {
		return creds, nil
	}
	return sign.Credentials{}, &files.Problem{
		Code: files.CodeUnavailable, Detail: "signing is not possible at the moment; try again", Err: err,
	}
}

// look returns what is there, and whether that is enough; if it is not, or
// soon will not be, new credentials are being fetched when it returns. joined
// says that others had begun that before.
func (r *Role) look(ctx context.Context, minLife time.Duration) (creds sign.Credentials, f *fetch, joined, enough bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	left := r.creds.Expires.Sub(now)
	if left >= minLife+early || left >= usable && now.Sub(r.failed) < pause {
		return r.creds, nil, false, true
	}
	if f, joined = r.fetching, true; f == nil {
		f, joined = r.fetch(ctx), false
	}
	return r.creds, f, joined, left >= minLife
}

func (r *Role) current() sign.Credentials {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.creds
}

// wait returns the error of the call, or ctx's if that ends first.
func (f *fetch) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fetch starts a call of AssumeRole, with r.mu held. A caller that gives up
// does not end the call: others wait for it, too.
func (r *Role) fetch(ctx context.Context) *fetch {
	f := &fetch{done: make(chan struct{})}
	r.fetching = f
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewal)
		defer cancel()
		creds, err := r.assume(ctx)
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.fetching, f.err = nil, err; err == nil {
			r.creds, r.failed = creds, time.Time{}
		} else {
			r.failed = r.now()
		}
		close(f.done)
	}()
	return f
}

func (r *Role) assume(ctx context.Context) (sign.Credentials, error) {
	out, err := r.sts.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: &r.arn, RoleSessionName: &r.session, DurationSeconds: aws.Int32(int32(duration / time.Second)),
	})
	if err != nil {
		return sign.Credentials{}, fmt.Errorf("assume: role %s: %w", r.arn, err)
	}
	c := out.Credentials
	if c == nil || c.AccessKeyId == nil || c.SecretAccessKey == nil || c.Expiration == nil {
		return sign.Credentials{}, fmt.Errorf("assume: role %s: the answer holds no credentials", r.arn)
	}
	return sign.Credentials{
		AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey,
		SessionToken: aws.ToString(c.SessionToken), Expires: *c.Expiration,
	}, nil
}
