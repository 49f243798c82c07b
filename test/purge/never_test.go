package purge

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/server"
)

// TestNeverByTheAPI: whatever an owner asks the API for, every version that ever
// was is still there.
func TestNeverByTheAPI(t *testing.T) {
	d := deploy(t)
	d.versions("u/alice/a", 3)
	d.lists("alice", "a")
	page, err := d.store.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: aws.String(server.Bucket), Prefix: aws.String("u/alice/")})
	if err != nil {
		t.Fatal(err)
	}
	first := aws.ToString(page.Versions[len(page.Versions)-1].VersionId)
	for _, path := range routes(d) {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "PURGE"} {
			for _, said := range []string{
				fmt.Sprintf(`{"key":"a","versionId":%q}`, first), `{"key":"a"}`, `{"key":"a","purge":true,"permanent":true}`, `{"owner":"alice","yes":true}`, "",
			} {
				target := d.server.URL + path + "?key=a&versionId=" + first
				r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(said))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Authorization", "Bearer "+d.tokens["alice"])
				res, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, res.Body)
				res.Body.Close()
				if res.StatusCode >= http.StatusInternalServerError && res.StatusCode != http.StatusNotImplemented {
					t.Errorf("%s %s %s: %s", method, path, said, res.Status)
				}
			}
		}
	}
	page, err = d.store.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: aws.String(server.Bucket), Prefix: aws.String("u/alice/")})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Versions) < 3 || aws.ToString(page.Versions[len(page.Versions)-1].VersionId) != first {
		t.Errorf("%d versions are there", len(page.Versions))
	}
}

// routes are all that the contract names, and some that it does not.
func routes(d *deployment) []string {
	d.Helper()
	res, err := http.Get(d.server.URL + "/openapi.json")
	if err != nil {
		d.Fatal(err)
	}
	defer res.Body.Close()
	var contract struct{ Paths map[string]any }
	if err := json.NewDecoder(res.Body).Decode(&contract); err != nil || len(contract.Paths) < 15 {
		d.Fatalf("%d paths, %v", len(contract.Paths), err)
	}
	paths := []string{"/api/purge", "/api/erase", "/api/files/a", "/api/file/a", "/api/versions/a", "/api/admin/purge", "/purge", "/events"}
	for path := range contract.Paths {
		paths = append(paths, strings.NewReplacer("{key}", "a", "{uploadId}", "a", "{partNumber}", "1").Replace(path))
	}
	slices.Sort(paths)
	return paths
}
