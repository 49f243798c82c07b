package stores

import (
	"bufio"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// victim says that this process is the one to be killed.
const victim = "TEST_STORES_VICTIM"

func TestStart(t *testing.T) {
	for _, kind := range Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			s := Start(t, kind, Options{})
			_, err := s.Client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("files")})
			if err != nil {
				t.Error(err)
			}
			_, err = s.ClientOf(s.Other).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("files"), Key: aws.String("a"), Body: strings.NewReader("a")})
			if got := answer(err); got != "403 AccessDenied" {
				t.Errorf("the user without rights gets %s", got)
			}
		})
	}
}

// A test that is killed leaves neither a server nor its data behind.
func TestAKilledTestLeavesNothing(t *testing.T) {
	if os.Getenv(victim) != "" {
		s := Start(t, Kinds()[0], Options{})
		_, _ = os.Stdout.WriteString("started " + strings.TrimPrefix(s.Endpoint, "http://") + " " + s.folder + "\n")
		select {} // until it is killed
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestAKilledTestLeavesNothing$")
	cmd.Env = append(os.Environ(), victim+"=1")
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	for lines := bufio.NewScanner(output); len(said) != 3 && lines.Scan(); {
		said = strings.Fields(lines.Text())
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // it was killed
	if len(said) != 3 {
		t.Fatal("the server did not start; run this test with -v and " + victim + "=1 to see why")
	}
	address, folder := said[1], said[2]
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		conn, dialed := net.Dial("tcp", address)
		if dialed == nil {
			_ = conn.Close()
		}
		_, found := os.Stat(folder)
		if dialed != nil && errors.Is(found, fs.ErrNotExist) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after the test was killed: dialing %s gives %v, looking for %s %v", address, dialed, folder, found)
		}
	}
}
