package server

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// newPair makes a certificate for loopback that is good until notAfter, and its
// key, as PEM.
func newPair(t *testing.T, notAfter time.Time) (certPEM, keyPEM []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(notAfter.Unix()), NotBefore: notAfter.AddDate(-1, 0, 0), NotAfter: notAfter,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
}

// tlsFiles are a certificate's files.
type tlsFiles struct{ cert, key string }

func newTLSFiles(t *testing.T, certPEM, keyPEM []byte) tlsFiles {
	dir := t.TempDir()
	f := tlsFiles{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	f.write(t, certPEM, keyPEM)
	return f
}

func (f tlsFiles) write(t *testing.T, certPEM, keyPEM []byte) {
	t.Helper()
	if err := errors.Join(os.WriteFile(f.cert, certPEM, 0o600), os.WriteFile(f.key, keyPEM, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// safeLog is a log that a test reads while others write it.
type safeLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *safeLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *safeLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestCertificateFiles(t *testing.T) {
	later := time.Now().AddDate(0, 1, 0)
	certPEM, keyPEM := newPair(t, later)
	_, otherKey := newPair(t, later)
	good := newTLSFiles(t, certPEM, keyPEM)
	for name, tc := range map[string]struct {
		files         tlsFiles
		setting, says string
	}{
		"no certificate file": {tlsFiles{good.cert + "x", good.key}, "--tls-cert", "no such file"},
		"no key file":         {tlsFiles{good.cert, good.key + "x"}, "--tls-key", "no such file"},
		"a folder":            {tlsFiles{filepath.Dir(good.cert), good.key}, "--tls-cert", "is a directory"},
		"no PEM":              {newTLSFiles(t, []byte("x"), keyPEM), "--tls-cert", "holds no certificate"},
		"the key twice":       {tlsFiles{good.key, good.key}, "--tls-cert", "holds no certificate"},
		"half a certificate":  {newTLSFiles(t, certPEM[:len(certPEM)/2], keyPEM), "--tls-cert", "holds no certificate"},
		"no key":              {newTLSFiles(t, certPEM, []byte("x")), "--tls-key", "PEM"},
		"another key":         {newTLSFiles(t, certPEM, otherKey), "--tls-key", "private key does not match"},
	} {
		_, err := newCertificate(Config{TLSCert: tc.files.cert, TLSKey: tc.files.key})
		var setting *SettingError
		if !errors.As(err, &setting) || setting.Setting != tc.setting || !strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c, err := newCertificate(Config{}); c != nil || err != nil {
		t.Errorf("without files: %v, %v", c, err)
	}
}

// TestRenewal: what is new and whole is shown to the next who connects, and
// nothing else ever is.
func TestRenewal(t *testing.T) {
	first, second := time.Now().AddDate(0, 1, 0).Truncate(time.Second), time.Now().AddDate(0, 2, 0).Truncate(time.Second)
	certPEM, keyPEM := newPair(t, first)
	files := newTLSFiles(t, certPEM, keyPEM)
	log := &safeLog{}
	c, err := newCertificate(Config{TLSCert: files.cert, TLSKey: files.key, Log: slog.New(slog.NewTextHandler(log, nil)), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	renewals := 0
	newCert, newKey := newPair(t, second)
	for _, step := range []struct {
		name              string
		certPEM, keyPEM   []byte
		shown             time.Time
		warnings, renewed int
	}{
		{"nothing new", certPEM, keyPEM, first, 0, 0},
		{"half written", newCert[:100], keyPEM, first, 1, 0},
		{"still half", newCert[:100], keyPEM, first, 1, 0},
		{"the key comes later", newCert, keyPEM, first, 2, 0},
		{"whole", newCert, newKey, second, 2, 1},
		{"again", newCert, newKey, second, 2, 1},
		{"gone", nil, nil, second, 3, 1},
		{"back", certPEM, keyPEM, first, 3, 2},
	} {
		files.write(t, step.certPEM, step.keyPEM)
		c.look()
		select {
		case <-c.renewed:
			renewals++
		default:
		}
		if warnings := strings.Count(log.String(), "cannot be used"); !c.notAfter().Equal(step.shown) || warnings != step.warnings || renewals != step.renewed {
			t.Errorf("%s: shown is that until %v, %d warnings, %d renewals; want %v, %d, %d", step.name, c.notAfter(), warnings, renewals, step.shown, step.warnings, step.renewed)
		}
	}
	if strings.Contains(log.String(), "PRIVATE") {
		t.Error("the log holds the key")
	}
}

// TestExpiredCertificate: one that nobody renews is told of when it expires, also
// while the server runs, and once.
func TestExpiredCertificate(t *testing.T) {
	expires := time.Now().Add(time.Hour)
	certPEM, keyPEM := newPair(t, expires)
	files := newTLSFiles(t, certPEM, keyPEM)
	log, now := &safeLog{}, time.Now()
	c, err := newCertificate(Config{TLSCert: files.cert, TLSKey: files.key, Log: slog.New(slog.NewTextHandler(log, nil)), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		now      time.Time
		warnings int
	}{{now, 0}, {expires.Add(time.Minute), 1}, {expires.Add(2 * time.Minute), 1}} {
		now = step.now
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		c.follow(ctx, time.Hour)
		c.look()
		if warnings := strings.Count(log.String(), "not valid now"); warnings != step.warnings {
			t.Errorf("at %v: %d warnings, want %d", now, warnings, step.warnings)
		}
	}
}

// TestTLS: which versions and protocols are spoken, and what a client hears
// that speaks HTTP.
func TestTLS(t *testing.T) {
	certPEM, keyPEM := newPair(t, time.Now().AddDate(0, 1, 0))
	files := newTLSFiles(t, certPEM, keyPEM)
	c, err := newCertificate(Config{TLSCert: files.cert, TLSKey: files.key, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{
		Handler:   http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) }),
		TLSConfig: c.config(), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelWarn),
	}
	go s.ServeTLS(listener, "", "")
	defer s.Close()
	address := listener.Addr().String()

	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certPEM)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}
	if got := get(t, client, "https://"+address); got != "HTTP/2.0" {
		t.Errorf("spoke %s", got)
	}
	if got := get(t, http.DefaultClient, "http://"+address); !strings.Contains(got, "HTTP request to an HTTPS server") {
		t.Errorf("HTTP is answered %q", got)
	}
	if conn, err := tls.Dial("tcp", address, &tls.Config{RootCAs: roots, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}); err == nil {
		conn.Close()
		t.Error("TLS 1.1 is spoken")
	}
}

func get(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	res, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
