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
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/bytepass/bytepass/test/process"
	"github.com/bytepass/bytepass/test/project"
)

// The account and region that everything is deployed to.
const (
	Account = "000000000000"
	Region  = "us-east-1"
)

// startTimeout bounds the start of the emulator, on a machine that does much
// else; it takes a second.
const startTimeout = 2 * time.Minute

// Emulator is a running AWS emulator behind a proxy that stands for TLS.
type Emulator struct {
	URL string // of the proxy: the endpoint of every service
	Dir string // its log emulator.log and the outputs of what is deployed

	proxy   *proxy
	program *process.Process
}

// Start runs an empty emulator that keeps its files in dir, which must exist,
// until Close.
func Start(dir string) (*Emulator, error) {
	binary, err := project.Tool(".tools/emulator/bin/ministack", "tools/emulator.sh")
	if err != nil {
		return nil, err
	}
	port, err := process.Port()
	if err != nil {
		return nil, err
	}
	front, err := startProxy(process.Address(port))
	if err != nil {
		return nil, err
	}
	e := &Emulator{URL: "http://" + front.addr, Dir: dir, proxy: front}
	if err := e.run(binary, port); err != nil {
		front.close()
		return nil, err
	}
	if err := e.program.Await(context.Background(), startTimeout, e.healthy); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// run starts the process; those of its functions are of its group.
func (e *Emulator) run(binary, port string) (err error) {
	folder := filepath.Join(e.Dir, "emulator")
	tmp := filepath.Join(folder, "tmp")
	if err := os.MkdirAll(tmp, 0o755); err != nil {
		return err
	}
	e.program, err = process.Start(process.Program{
		Command: []string{binary}, Folder: folder, Log: filepath.Join(e.Dir, "emulator.log"),
		Env: append(e.Env(),
			"AUTH=true", // check signatures, evaluate policies
			"BIND_HOST=127.0.0.1",
			"GATEWAY_PORT="+port,
			"IOT_MTLS_ENABLED=0", // or it opens a fixed port
			// Or it refuses the tokens of an issuer that was slow once for a minute.
			"MINISTACK_APIGW_JWKS_TIMEOUT_SECONDS=60",
			"TMPDIR="+tmp,
		),
	})
	return err
}

func (e *Emulator) healthy(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.URL+"/_ministack/health", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("its health is %s", res.Status)
	}
	return nil
}

// Close ends the emulator, its functions and its proxy.
func (e *Emulator) Close() error {
	defer e.proxy.close()
	return e.program.End()
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
	dialer := &net.Dialer{Timeout: time.Minute}
	return &http.Client{
		Timeout: 5 * time.Minute, // a large file, on a machine that does much else
		Transport: &http.Transport{
			IdleConnTimeout: 10 * time.Second, // or the connections of every client stay open for good
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return dialer.DialContext(ctx, network, e.proxy.addr)
			},
		},
	}
}
