package stores

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func versions() chapter {
	return chapter{"Versions", []check{
		{"keeps what is overwritten", "`GET /api/versions` is empty, and what is overwritten is lost: `serve` does not start", keepsOverwritten},
		{"deletes by a marker, and undeletes when it is removed", "nothing can be restored: `serve` does not start", markers},
		{"lists versions page by page, newest first", "versitygw repeats the current version behind itself; the server notices, and asks for one more", versionPages},
		{"deletes only what is still the same (If-Match)", "`serve` looks afterwards what a rejection has hit, and takes its marker back if that is a newer file", conditionalDelete},
		{"copies an older version on top", "`POST /api/restore` of an older version is refused", copyOlder},
		{"loses no version when uploads and deletions of a key meet", "an acknowledged upload can be lost if the same key is deleted or rejected in the same moment. The embedded store of `serve`, which is built on versitygw, does not have this fault", meeting},
	}}
}

func keepsOverwritten(a *asker) string {
	one, two := a.put("versions/kept", "one"), a.put("versions/kept", "two")
	out, err := a.client.GetObject(a.Context(), &s3.GetObjectInput{Bucket: a.bucket, Key: aws.String("versions/kept"), VersionId: &one})
	if err != nil {
		return done(err)
	}
	out.Body.Close()
	return when(one != two && aws.ToInt64(out.ContentLength) == 3, "they are mixed up")
}

func (a *asker) remove(key, version string) *s3.DeleteObjectOutput {
	a.Helper()
	in := &s3.DeleteObjectInput{Bucket: a.bucket, Key: &key}
	if version != "" {
		in.VersionId = &version
	}
	out, err := a.client.DeleteObject(a.Context(), in)
	if err != nil {
		a.Fatal(err)
	}
	return out
}

func markers(a *asker) string {
	const key = "versions/marked"
	a.put(key, "one")
	marker := a.remove(key, "")
	if a.head(key) != nil || !aws.ToBool(marker.DeleteMarker) {
		return "no: there is no marker"
	}
	a.remove(key, aws.ToString(marker.VersionId))
	return when(a.head(key) != nil, "it stays deleted")
}

func versionPages(a *asker) string {
	const key = "versions/pages"
	want := []string{a.put(key, "1"), a.put(key, "2"), a.put(key, "3")}
	slices.Reverse(want)
	in := &s3.ListObjectVersionsInput{Bucket: a.bucket, Prefix: aws.String(key), MaxKeys: aws.Int32(1)}
	var got []string
	for range want {
		out, err := a.client.ListObjectVersions(a.Context(), in)
		if err != nil {
			return done(err)
		}
		for _, v := range out.Versions {
			got = append(got, aws.ToString(v.VersionId))
		}
		in.KeyMarker, in.VersionIdMarker = out.NextKeyMarker, out.NextVersionIdMarker
	}
	return when(slices.Equal(got, want), "the pages are others")
}

func conditionalDelete(a *asker) string {
	const key = "versions/condition"
	a.put(key, "one")
	old := a.head(key).ETag
	a.put(key, "two")
	_, err := a.client.DeleteObject(a.Context(), &s3.DeleteObjectInput{Bucket: a.bucket, Key: aws.String(key), IfMatch: old})
	return refusedWith(err, "412 PreconditionFailed")
}

func copyOlder(a *asker) string {
	const key = "versions/copied"
	older := a.put(key, "one")
	a.put(key, "twice")
	_, err := a.client.CopyObject(a.Context(), &s3.CopyObjectInput{
		Bucket: a.bucket, Key: aws.String(key), CopySource: aws.String(*a.bucket + "/" + key + "?versionId=" + older),
		MetadataDirective: types.MetadataDirectiveReplace, Metadata: map[string]string{"bytepass": "declared"},
	})
	if err != nil {
		return done(err)
	}
	head := a.head(key)
	return when(head != nil && aws.ToInt64(head.ContentLength) == 3 && head.Metadata["bytepass"] == "declared", "something else is on top")
}

// meeting uploads and deletes the same key at the same time, often, and looks
// for what was acknowledged.
func meeting(a *asker) string {
	for round := range 60 {
		key := fmt.Sprintf("versions/meeting-%d", round)
		a.put(key, "first")
		var acknowledged sync.Map
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				out, err := a.client.PutObject(a.Context(), &s3.PutObjectInput{Bucket: a.bucket, Key: &key, Body: strings.NewReader("again")})
				if err == nil {
					acknowledged.Store(aws.ToString(out.VersionId), true)
				}
			})
			all.Go(func() {
				_, _ = a.client.DeleteObject(a.Context(), &s3.DeleteObjectInput{Bucket: a.bucket, Key: &key}) // may be refused: it is the uploads that count
			})
		}
		all.Wait()
		kept, _ := a.history(key)
		for _, version := range kept {
			acknowledged.Delete(version)
		}
		lost := false
		acknowledged.Range(func(any, any) bool { lost = true; return false })
		if lost {
			return "no: some are gone"
		}
	}
	return yes
}

func downloads() chapter {
	return chapter{"Downloads by a signed URL", []check{
		{"gives exactly the version of the URL", "a URL gives what is on top by then", pinned},
		{"answers with the disposition and type that the URL asks for", "browsers may show a file that they should save", overrides},
		{"gives a range of a file", "interrupted downloads start anew, and players cannot seek", ranges},
		{"refuses a request without a signature", "nothing stands in for this: such a store cannot be used", unsigned},
	}}
}

// get signs a download of a version of a key.
func (a *asker) get(in *s3.GetObjectInput, header http.Header) reply {
	a.Helper()
	in.Bucket = a.bucket
	signed, err := a.signer.PresignGetObject(a.Context(), in)
	if err != nil {
		a.Fatal(err)
	}
	return a.send(http.MethodGet, signed.URL, header, "")
}

func pinned(a *asker) string {
	older := a.put("download/pinned", "one")
	a.put("download/pinned", "two")
	return when(a.get(&s3.GetObjectInput{Key: aws.String("download/pinned"), VersionId: &older}, nil).body == "one", "it gives another")
}

func overrides(a *asker) string {
	a.put("download/named", "one")
	r := a.get(&s3.GetObjectInput{
		Key: aws.String("download/named"), ResponseContentDisposition: aws.String(`attachment; filename="a.txt"`),
		ResponseContentType: aws.String("application/x-test"), ResponseCacheControl: aws.String("private, max-age=1"),
	}, nil)
	right := r.header.Get("Content-Disposition") == `attachment; filename="a.txt"` && r.header.Get("Content-Type") == "application/x-test" && r.header.Get("Cache-Control") == "private, max-age=1"
	return when(right, "they are ignored")
}

func ranges(a *asker) string {
	a.put("download/range", "0123456789")
	r := a.get(&s3.GetObjectInput{Key: aws.String("download/range")}, http.Header{"Range": {"bytes=2-4"}})
	return when(r.status == http.StatusPartialContent && r.body == "234", r.String())
}

func unsigned(a *asker) string {
	a.put("download/unsigned", "one")
	return refused(a.send(http.MethodGet, a.store.Endpoint+"/"+*a.bucket+"/download/unsigned", nil, ""))
}
