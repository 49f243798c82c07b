package secretkey_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/bytepass/bytepass/runtime/edge"
	"github.com/bytepass/bytepass/runtime/edge/secretkey"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

const secretID = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:key-AbCdEf"

// secret is Secrets Manager with one secret. It takes a second to answer.
type secret struct {
	mu    sync.Mutex
	value string
	err   error
	reads atomic.Int32
}

func (s *secret) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	s.reads.Add(1)
	s.mu.Lock()
	value, err := s.value, s.err
	s.mu.Unlock()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if *in.SecretId != secretID {
		return nil, errors.New("no such secret")
	}
	if err != nil {
		return nil, err
	}
	return &secretsmanager.GetSecretValueOutput{SecretString: &value}, nil
}

func (s *secret) set(value string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value, s.err = value, err
}

// ring is a secret's value whose active pair has this id in CloudFront.
func ring(t *testing.T, pairID string) string {
	t.Helper()
	retired, err := keyring.Generate(keyring.ECDSAP256, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	active, err := keyring.Generate(keyring.ECDSAP256, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	retired.Status, retired.KeyPairID, retired.PrivateKey = keyring.StatusRetiring, "KRETIRED", ""
	active.Status, active.KeyPairID = keyring.StatusActive, pairID
	return keyring.Ring{Name: "bytepass-1", Keys: []keyring.Key{retired, active}}.Encode()
}

func newSource(t *testing.T, s *secret) *secretkey.Source {
	t.Helper()
	source, err := secretkey.New(secretkey.Config{Secrets: s, SecretID: secretID, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// want asks for the key and says which it must be, and how long it may take.
func want(t *testing.T, s edge.KeySource, pairID string, within time.Duration) {
	t.Helper()
	start := time.Now()
	key, err := s.Key(t.Context())
	if err != nil || key.PairID != pairID || key.Signer == nil {
		t.Errorf("got %q (%v), want %q", key.PairID, err, pairID)
	}
	if took := time.Since(start); took > within {
		t.Errorf("waited %v, want at most %v", took, within)
	}
}

func TestRotationIsPickedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &secret{value: ring(t, "K1")}
		source := newSource(t, s)
		want(t, source, "K1", time.Second) // the first signature waits
		for range 100 {
			want(t, source, "K1", 0)
		}
		if n := s.reads.Load(); n != 1 {
			t.Errorf("%d readings for 101 signatures, want 1", n)
		}

		s.set(ring(t, "K2"), nil)
		time.Sleep(keyring.SignerFresh - 2*time.Second)
		want(t, source, "K1", 0)
		time.Sleep(2 * time.Second)
		for range 100 { // one reading, however many signatures see that it is due
			want(t, source, "K1", 0)
		}
		time.Sleep(2 * time.Second)
		want(t, source, "K2", 0)
		if n := s.reads.Load(); n != 2 {
			t.Errorf("%d readings, want 2", n)
		}
	})
}

func TestNeverSignsWithAnOldCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &secret{value: ring(t, "K1")}
		source := newSource(t, s)
		want(t, source, "K1", time.Second)
		s.set(ring(t, "K2"), nil)
		time.Sleep(keyring.SignerMaxAge) // no signature all the while, as in a frozen function
		var requests sync.WaitGroup
		for range 20 { // a burst waits for one reading, not for twenty
			requests.Go(func() { want(t, source, "K2", time.Second) })
		}
		requests.Wait()
		if n := s.reads.Load(); n != 2 {
			t.Errorf("%d readings, want 2", n)
		}
	})
}

func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &secret{value: ring(t, "K1")}
		source := newSource(t, s)
		want(t, source, "K1", time.Second)
		s.set("", errors.New("throttled"))

		// While the copy is young enough, signing goes on, and the readings are
		// few: one a retry, not one a signature.
		for age := time.Second; age < keyring.SignerMaxAge; age += time.Second {
			want(t, source, "K1", 0)
			time.Sleep(time.Second)
		}
		if n := s.reads.Load(); n > 60 {
			t.Errorf("%d readings in half an hour of outage", n)
		}
		_, err := source.Key(t.Context())
		if files.CodeOf(err) != files.CodeUnavailable {
			t.Errorf("with too old a copy: got %v, want unavailable", err)
		}
		s.set(ring(t, "K2"), nil)
		want(t, source, "K2", time.Second)
	})
}

// TestClockGoesBack: an age that cannot be known counts as too old.
func TestClockGoesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var back time.Duration
		s := &secret{value: ring(t, "K1")}
		source, err := secretkey.New(secretkey.Config{
			Secrets: s, SecretID: secretID, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
			Now: func() time.Time { return time.Now().Add(-back) },
		})
		if err != nil {
			t.Fatal(err)
		}
		want(t, source, "K1", time.Second)
		s.set(ring(t, "K2"), nil)
		back = time.Hour
		want(t, source, "K2", time.Second)
		want(t, source, "K2", 0)
	})
}

func TestWrongSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		half := strings.ReplaceAll(ring(t, "K1"), `"privateKey"`, `"publicKey"`)
		for name, value := range map[string]string{
			"empty": "", "no key yet": "{}", "something else": "s3cret", "no private half": half,
			"deleted": keyring.Ring{Name: "bytepass-1", Deleted: true}.Encode(),
		} {
			_, err := newSource(t, &secret{value: value}).Key(t.Context())
			if files.CodeOf(err) != files.CodeUnavailable || errors.Unwrap(err) == nil || strings.Contains(errors.Unwrap(err).Error(), "s3cret") {
				t.Errorf("%s: got %v, want unavailable without a word of the secret", name, err)
			}
		}
		for field, c := range map[string]secretkey.Config{
			"Secrets":  {SecretID: "x", Now: time.Now, Log: slog.Default()},
			"SecretID": {Secrets: &secret{}, Now: time.Now, Log: slog.Default()},
			"Now":      {Secrets: &secret{}, SecretID: "x", Log: slog.Default()},
			"Log":      {Secrets: &secret{}, SecretID: "x", Now: time.Now},
		} {
			if _, err := secretkey.New(c); err == nil || !strings.Contains(err.Error(), field) {
				t.Errorf("New: got %v, want an error that names %s", err, field)
			}
		}
	})
}
