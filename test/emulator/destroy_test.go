package emulator

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestDestroy: a stage that retains nothing is emptied by the function and the
// role that its own stack brings, when it is destroyed and never before. The
// emulator deletes buckets with what is in them; so the copy that is destroyed
// here retains the bucket, which shows that it was empty by then.
func TestDestroy(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	e, err := Start(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	keepsNothing := assembly(t, filepath.Join(dir, "nothing"), "false")
	retainBucket(t, keepsNothing)
	if err := e.Bootstrap(ctx, keepsNothing); err != nil {
		t.Fatal(err)
	}
	outputs, err := e.Deploy(ctx, keepsNothing)
	if err != nil {
		t.Fatal(err)
	}
	bucket, err := outputs.Find("BucketName")
	if err != nil {
		t.Fatal(err)
	}
	store := e.root()
	const made = 3
	for range made {
		if _, err := store.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: aws.String("u/alice/ü+%"), Body: strings.NewReader("x")}); err != nil {
			t.Fatal(err)
		}
	}

	// The stage now retains its data: what empties buckets leaves the stack.
	if _, err := e.Deploy(ctx, assembly(t, filepath.Join(dir, "everything"), "true")); err != nil {
		t.Fatal(err)
	}
	if left := versions(t, store, bucket); left != made {
		t.Fatalf("a stage that begins to retain its data has %d of %d versions left", left, made)
	}

	if _, err := e.Deploy(ctx, keepsNothing); err != nil {
		t.Fatal(err)
	}
	if err := e.Destroy(ctx, keepsNothing); err != nil {
		t.Fatal(err)
	}
	if left := versions(t, store, bucket); left != 0 {
		t.Errorf("a destroyed stage leaves %d versions in its bucket", left)
	}
}

// assembly synthesizes and adapts the stage "throwaway".
func assembly(t *testing.T, dir, retain string) string {
	t.Helper()
	err := Synth(t.Context(), dir+".synthesized", map[string]string{
		"bytepass:stage": "throwaway", "bytepass:retain": retain,
		"bytepass:issuer": "https://login.example.org", "bytepass:architecture": architecture(),
	})
	if err == nil {
		_, err = Adapt(dir+".synthesized", dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// retainBucket makes CloudFormation leave the bucket of an assembly where it is.
func retainBucket(t *testing.T, dir string) {
	t.Helper()
	changed := 0
	err := eachTemplate(dir, func(file string, template map[string]any) error {
		declared, _ := template["Resources"].(map[string]any)
		for _, r := range declared {
			if body := r.(map[string]any); body["Type"] == "AWS::S3::Bucket" {
				body["DeletionPolicy"] = "Retain"
				changed++
			}
		}
		content, err := json.Marshal(template)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, file), content, 0o644)
	})
	if err != nil || changed == 0 {
		t.Fatalf("%d buckets retained: %v", changed, err)
	}
}

// root is an S3 client that no policy binds.
func (e *Emulator) root() *s3.Client {
	return s3.New(s3.Options{
		Region: Region, BaseEndpoint: &e.URL, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
}

func versions(t *testing.T, store *s3.Client, bucket string) int {
	t.Helper()
	page, err := store.ListObjectVersions(context.WithoutCancel(t.Context()), &s3.ListObjectVersionsInput{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	return len(page.Versions) + len(page.DeleteMarkers)
}
