// Package dynamodbtest runs DynamoDB Local, Amazon's own implementation of
// DynamoDB for tests, and makes tables in it. It checks no permissions and
// removes no expired items. tools/dynamodb-local.sh fetches it.
package dynamodbtest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Start starts DynamoDB Local, with its data in memory, for the length of the
// test and returns a client of it. A missing part fails the test with the
// command that installs it. It listens on a free port; the program cannot be
// told to listen on loopback only.
func Start(t testing.TB) *dynamodb.Client {
	t.Helper()
	jars := filepath.Join(projectRoot(t), ".tools", "dynamodb-local")
	if _, err := os.Stat(filepath.Join(jars, ".bytepass")); err != nil {
		t.Fatal("DynamoDB Local is missing: run tools/dynamodb-local.sh (or make tools)")
	}
	java, err := exec.LookPath("java")
	if err != nil {
		t.Fatal("Java is missing: run tools/java.sh (or make tools)")
	}
	port := freePort(t)
	log, err := os.Create(filepath.Join(t.TempDir(), "dynamodb-local.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()

	// The shell stops Java as soon as its own input ends, so that nothing is
	// left running even when the test binary is killed.
	cmd := exec.Command("sh", "-c", `exec 3<&0; "$@" </dev/null & java=$!; { cat <&3 >/dev/null; kill $java; } & wait $java`,
		"sh", java, "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.library.path="+jars, "-cp", filepath.Join(jars, "*"),
		"software.amazon.dynamodb.services.local.main.ServerRunner", "-inMemory", "-sharedDb", "-disableTelemetry", "-port", fmt.Sprint(port))
	cmd.Env = append(os.Environ(), "DDB_LOCAL_TELEMETRY=0")
	cmd.Stdout, cmd.Stderr = log, log
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the kill is its normal end
		close(ended)
	}()
	t.Cleanup(func() {
		_ = input.Close()
		<-ended
	})

	client := dynamodb.New(dynamodb.Options{
		BaseEndpoint: aws.String(fmt.Sprintf("http://127.0.0.1:%d", port)),
		Region:       "eu-central-1",
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		_, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{}, func(o *dynamodb.Options) { o.RetryMaxAttempts = 1 })
		if err == nil {
			return client
		}
		select {
		case <-ended:
		default:
			if time.Now().Before(deadline) {
				continue
			}
		}
		output, _ := os.ReadFile(log.Name())
		t.Fatalf("DynamoDB Local does not start: %v\n%s", err, output)
	}
}

func projectRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod in any folder above the test")
		}
		dir = filepath.Dir(dir)
	}
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
