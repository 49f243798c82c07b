// Package emulator deploys the synthesized stacks to an AWS emulator on
// loopback, with the pinned AWS CDK, so that tests meet the template, the roles
// and the functions' binaries as they will run: signatures are checked, and the
// policies of roles, sessions and buckets are evaluated.
//
// The order is Start, Synth, Bootstrap, Adapt, Deploy, MendCORS, and at the end
// Destroy and Close; Up does the first six. What the emulator cannot do is
// written down in adaptations.go, each with its reason, and is changed in a
// copy of the assembly: the product's templates know nothing of an emulator.
package emulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/bytepass/bytepass/test/project"
)

// The account and region that everything is deployed to.
const (
	Account = "000000000000"
	Region  = "us-east-1"
)

// startTimeout bounds the start of the emulator; it takes a second.
const startTimeout = 30 * time.Second

// Emulator is a running AWS emulator behind a proxy that stands for TLS.
type Emulator struct {
	URL string // of the proxy: the endpoint of every service
	Dir string // everything it writes, and its log emulator.log

	proxy *proxy
	cmd   *exec.Cmd
	done  chan struct{} // closed when the process has ended
}

// Start runs an empty emulator that keeps its files in dir, which must exist,
// until Close.
func Start(dir string) (*Emulator, error) {
	binary, err := project.Tool(".tools/emulator/bin/ministack", "tools/emulator.sh")
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	front, err := startProxy("127.0.0.1:" + strconv.Itoa(port))
	if err != nil {
		return nil, err
	}
	e := &Emulator{URL: "http://" + front.addr, Dir: dir, proxy: front, done: make(chan struct{})}
	if err := e.run(binary, port); err != nil {
		front.close()
		return nil, err
	}
	if err := e.ready(); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

func (e *Emulator) run(binary string, port int) error {
	tmp := filepath.Join(e.Dir, "tmp")
	if err := os.MkdirAll(tmp, 0o755); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(e.Dir, "emulator.log"))
	if err != nil {
		return err
	}
	defer log.Close() // the process has its own copy
	e.cmd = exec.Command(binary)
	e.cmd.Dir, e.cmd.Stdout, e.cmd.Stderr = e.Dir, log, log
	e.cmd.Env = append(e.Env(),
		"AUTH=true", // check signatures, evaluate policies
		"BIND_HOST=127.0.0.1",
		"GATEWAY_PORT="+strconv.Itoa(port),
		"IOT_MTLS_ENABLED=0", // or it opens a fixed port
		"TMPDIR="+tmp,
	)
	e.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its functions are processes of its group
	if err := e.cmd.Start(); err != nil {
		return err
	}
	go func() {
		e.cmd.Wait() // says only that it was stopped
		close(e.done)
	}()
	return nil
}

func (e *Emulator) ready() error {
	deadline := time.Now().Add(startTimeout)
	for time.Now().Before(deadline) {
		select {
		case <-e.done:
			return fmt.Errorf("the emulator ended at once: see %s", filepath.Join(e.Dir, "emulator.log"))
		case <-time.After(50 * time.Millisecond):
		}
		res, err := http.Get(e.URL + "/_ministack/health")
		if err != nil {
			continue
		}
		res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return nil
		}
	}
	return fmt.Errorf("the emulator did not answer within %v: see %s", startTimeout, filepath.Join(e.Dir, "emulator.log"))
}

// Close ends the emulator, its functions and its proxy.
func (e *Emulator) Close() error {
	defer e.proxy.close()
	group := -e.cmd.Process.Pid
	if err := syscall.Kill(group, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	select {
	case <-e.done:
	case <-time.After(5 * time.Second):
	}
	if err := syscall.Kill(group, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	<-e.done
	return nil
}

// Env returns the environment of programs that talk to the emulator as its
// administrator, such as the CDK: this process's own without its AWS settings.
func (e *Emulator) Env() []string {
	return append(withoutAWS(os.Environ()),
		"AWS_ENDPOINT_URL="+e.URL, // the emulator hands this on to the functions
		"AWS_ACCESS_KEY_ID=test",
		"AWS_SECRET_ACCESS_KEY=test",
		"AWS_REGION="+Region,
		"AWS_DEFAULT_REGION="+Region,
		"AWS_EC2_METADATA_DISABLED=true",
	)
}

// Admin returns the configuration of AWS clients with the rights of the
// account's root: for the set-up and for looking behind the scenes. What is
// under test has to be asked for with tokens, through the API.
func (e *Emulator) Admin() aws.Config {
	return aws.Config{
		Region:       Region,
		BaseEndpoint: aws.String(e.URL),
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
	}
}

// HTTPClient returns a client that finds the emulator's host names, such as
// <api>.execute-api.localhost, on loopback: Go does not resolve them.
func (e *Emulator) HTTPClient() *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	return &http.Client{
		Timeout: time.Minute,
		Transport: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, e.proxy.addr)
		}},
	}
}

// freePort returns a port of loopback that nothing listens on at the moment.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
