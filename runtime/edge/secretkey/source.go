// Package secretkey is the KeySource of the edge's signer that reads the key
// from AWS Secrets Manager, where package signingkey keeps it.
//
// The key stays in memory. Once the copy is keyring.SignerFresh old, the next
// signature starts a reading beside it and goes on with the old one, so only
// the first signature of a process ever waits, and the first after a pause in
// which the process was frozen, as functions are between invocations: a copy
// older than keyring.SignerMaxAge signs nothing. A rotation retires a key only
// after that age and the longest life of a URL have passed, so a new key is
// picked up without a restart and no URL is signed with a key that leaves
// before the URL expires.
//
// It needs secretsmanager:GetSecretValue on the secret, and kms:Decrypt on its
// key through Secrets Manager.
package secretkey

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/bytepass/bytepass/runtime/edge"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

const (
	// readTimeout bounds a reading that no request waits for.
	readTimeout = 10 * time.Second
	// retryAfter is how long a failed reading beside the work is not repeated.
	retryAfter = 30 * time.Second
)

// Secrets is what a Source needs of Secrets Manager.
type Secrets interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// Config is what a Source is made of; every field is required.
type Config struct {
	Secrets  Secrets
	SecretID string // the secret's ARN
	Now      func() time.Time
	Log      *slog.Logger
}

// Source is a KeySource; it is safe for concurrent use.
type Source struct {
	config  Config
	copy    atomic.Pointer[cached]
	reading atomic.Bool   // a reading beside the work is under way
	notYet  atomic.Int64  // Unix time before which none begins
	turn    chan struct{} // holds a token while requests wait for a reading
}

type cached struct {
	key edge.Key
	at  time.Time // when the reading began, without the monotonic clock
}

// New returns a Source that has read nothing yet. The error names the field
// that is missing.
func New(c Config) (*Source, error) {
	switch {
	case c.Secrets == nil:
		return nil, errors.New("secretkey: Secrets is missing")
	case c.SecretID == "":
		return nil, errors.New("secretkey: SecretID is missing; give the ARN of the signing key's secret")
	case c.Now == nil:
		return nil, errors.New("secretkey: Now is missing")
	case c.Log == nil:
		return nil, errors.New("secretkey: Log is missing")
	}
	return &Source{config: c, turn: make(chan struct{}, 1)}, nil
}

// Key returns the active key. The error is a *files.Problem with
// CodeUnavailable when the secret cannot be read and there is no copy that is
// young enough.
func (s *Source) Key(ctx context.Context) (edge.Key, error) {
	if c, age := s.cached(); c != nil && age < keyring.SignerMaxAge {
		if age >= keyring.SignerFresh {
			s.readBeside(ctx)
		}
		return c.key, nil
	}
	c, err := s.readNow(ctx)
	if err != nil {
		return edge.Key{}, &files.Problem{Code: files.CodeUnavailable, Detail: "the signing key cannot be read; try again", Err: err}
	}
	return c.key, nil
}

// readNow reads the secret while the request waits, unless another request
// has just done so.
func (s *Source) readNow(ctx context.Context) (*cached, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if c, age := s.cached(); c != nil && age < keyring.SignerMaxAge {
		return c, nil
	}
	return s.read(ctx)
}

// cached returns the copy, if any, and its age. A clock that went back makes
// it as old as can be.
func (s *Source) cached() (*cached, time.Duration) {
	c := s.copy.Load()
	if c == nil {
		return nil, 0
	}
	age := s.now().Sub(c.at)
	if age < 0 {
		age = keyring.SignerMaxAge
	}
	return c, age
}

// now is the wall clock alone: the monotonic one stands still while a function
// is frozen, and would make the copy look younger than it is.
func (s *Source) now() time.Time { return s.config.Now().Round(0) }

// readBeside starts a reading unless one is under way or has just failed.
func (s *Source) readBeside(ctx context.Context) {
	if s.now().Unix() < s.notYet.Load() || !s.reading.CompareAndSwap(false, true) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTimeout)
	go func() {
		defer cancel()
		defer s.reading.Store(false)
		if _, err := s.read(ctx); err != nil {
			s.notYet.Store(s.now().Add(retryAfter).Unix())
			s.config.Log.Warn("the signing key was not read again", "error", err)
		}
	}()
}

// read reads the secret and keeps the active key. A copy is never replaced by
// an older one.
func (s *Source) read(ctx context.Context) (*cached, error) {
	at := s.now()
	out, err := s.config.Secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.config.SecretID})
	if err != nil {
		return nil, fmt.Errorf("secretkey: read the secret: %w", err)
	}
	value := ""
	if out.SecretString != nil {
		value = *out.SecretString
	}
	ring, err := keyring.Parse(value)
	if err != nil {
		return nil, fmt.Errorf("secretkey: %w", err)
	}
	active := ring.Active()
	if active == nil {
		return nil, errors.New("secretkey: the secret has no active key; deploy the signing key's resource")
	}
	signer, err := active.Signer()
	if err != nil {
		return nil, fmt.Errorf("secretkey: the active key: %w", err)
	}
	read := &cached{key: edge.Key{PairID: active.KeyPairID, Signer: signer}, at: at}
	for {
		old := s.copy.Load()
		if old != nil && old.at.After(at) && !old.at.After(s.now()) {
			return old, nil
		}
		if s.copy.CompareAndSwap(old, read) {
			return read, nil
		}
	}
}
