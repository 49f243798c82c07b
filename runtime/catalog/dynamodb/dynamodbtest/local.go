// Package dynamodbtest runs DynamoDB Local, Amazon's own implementation of
// DynamoDB for tests, and makes tables in it. It checks no permissions and
// removes no expired items. tools/dynamodb-local.sh fetches it.
package dynamodbtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/bytepass/bytepass/test/process"
	"github.com/bytepass/bytepass/test/project"
)

// startTimeout is how long it may take until it answers, on a machine that does
// much else.
const startTimeout = 2 * time.Minute

// Start starts DynamoDB Local, with its data in memory, for the length of the
// test and returns a client of it. A missing part fails the test with the
// command that installs it. It listens on a free port; the program cannot be
// told to listen on loopback only.
func Start(t testing.TB) *dynamodb.Client {
	t.Helper()
	fetched, err := project.Tool(".tools/dynamodb-local/.bytepass", "tools/dynamodb-local.sh")
	if err != nil {
		t.Fatal(err)
	}
	java, err := exec.LookPath("java")
	if err != nil {
		t.Fatal("Java is not there; get it with: sh tools/java.sh")
	}
	port, err := process.Port()
	if err != nil {
		t.Fatal(err)
	}
	jars := filepath.Dir(fetched)
	p, err := process.Start(process.Program{
		Command: []string{java, "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.library.path=" + jars, "-cp", filepath.Join(jars, "*"),
			"software.amazon.dynamodb.services.local.main.ServerRunner", "-inMemory", "-sharedDb", "-disableTelemetry", "-port", port},
		Env: append(os.Environ(), "DDB_LOCAL_TELEMETRY=0"),
		Log: filepath.Join(t.TempDir(), "dynamodb-local.log"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.End(); err != nil {
			t.Error(err)
		}
	})
	client := dynamodb.New(dynamodb.Options{
		BaseEndpoint: aws.String("http://" + process.Address(port)),
		Region:       "eu-central-1",
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	err = p.Await(t.Context(), startTimeout, func(ctx context.Context) error {
		_, err := client.ListTables(ctx, &dynamodb.ListTablesInput{}, func(o *dynamodb.Options) { o.RetryMaxAttempts = 1 })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}
