package embedded

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// entries lists all versions and markers below a prefix, pages of so many at a
// time: "key id", of the latest with a star before it and of markers a dagger
// behind it. A version on two pages is there twice.
func entries(t *testing.T, c *s3.Client, prefix, delimiter string, page int32) (all []string) {
	t.Helper()
	in := &s3.ListObjectVersionsInput{Bucket: bucket, Prefix: &prefix, Delimiter: &delimiter, MaxKeys: &page}
	for range 1000 {
		out, err := c.ListObjectVersions(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(out.Versions) + len(out.DeleteMarkers) + len(out.CommonPrefixes); n > int(page) {
			t.Fatalf("a page of %d has %d entries", page, n)
		}
		one := func(key, id *string, latest *bool, behind string) {
			star := ""
			if aws.ToBool(latest) {
				star = "*"
			}
			all = append(all, star+aws.ToString(key)+" "+aws.ToString(id)+behind)
		}
		for _, v := range out.Versions {
			one(v.Key, v.VersionId, v.IsLatest, "")
		}
		for _, m := range out.DeleteMarkers {
			one(m.Key, m.VersionId, m.IsLatest, "†")
		}
		for _, p := range out.CommonPrefixes {
			all = append(all, aws.ToString(p.Prefix))
		}
		if !aws.ToBool(out.IsTruncated) {
			return all
		}
		in.KeyMarker, in.VersionIdMarker = out.NextKeyMarker, out.NextVersionIdMarker
	}
	t.Fatalf("%q in pages of %d does not end", prefix, page)
	return nil
}

func TestVersionsInPages(t *testing.T) {
	both(t, func(t *testing.T, c *s3.Client, _ *told) {
		var want []string
		latest := func(key string) { want = append(want, "*"+key+" "+mustPut(t, c, key, "x")) }
		// In byte order, where "-" and "." come before "/", and "0" behind it.
		latest("u/a-")
		latest("u/a.txt")
		older := []string{mustPut(t, c, "u/a/b", "1"), mustPut(t, c, "u/a/b", "2")}
		marker := remove(t, c, "u/a/b", "")
		want = append(want, "*u/a/b "+marker+"†", "u/a/b "+older[1], "u/a/b "+older[0])
		latest("u/a/b2")
		latest("u/a/c/d")
		latest("u/a0")
		sorted := func(list []string) []string { // versions and markers are told apart
			slices.Sort(list)
			return list
		}
		want = sorted(want)
		for page := int32(1); page < 10; page++ {
			if got := sorted(entries(t, c, "u/", "", page)); !slices.Equal(got, want) {
				t.Errorf("pages of %d: %q, want %q", page, got, want)
			}
			if got := entries(t, c, "u/a/b", "", page); len(got) != 4 || !slices.Contains(got, "u/a/b "+older[0]) {
				t.Errorf("pages of %d of a key and one that begins with it: %q", page, got)
			}
			got := sorted(entries(t, c, "u/", "/", page))
			if len(got) != 4 || got[3] != "u/a/" {
				t.Errorf("pages of %d of names in a folder: %q", page, got)
			}
			if got := sorted(entries(t, c, "u/a/", "/", page)); len(got) != 5 || got[4] != "u/a/c/" {
				t.Errorf("pages of %d of names in a folder below: %q", page, got)
			}
		}
		for _, none := range []string{"u/a/b/", "u/a/b/c", "v/", "../", "u//", ".sgwtmp/", "u/./a"} {
			if got := entries(t, c, none, "", 10); len(got) != 0 {
				t.Errorf("below %q there is %q", none, got)
			}
		}
	})
}

// What comes behind a version is listed also when that version goes: before
// the page is asked for, or while it is made.
func TestVersionsBehindOneThatGoes(t *testing.T) {
	both(t, func(t *testing.T, c *s3.Client, _ *told) {
		const prefix, busy, stays = "u/alice/", "u/alice/f/busy", "u/alice/f/stays"
		mustPut(t, c, stays, "x")
		var wg sync.WaitGroup
		for n := range 100 { // what it takes time to walk by
			wg.Go(func() { mustPut(t, c, fmt.Sprintf("%se/%d/x", prefix, n), "x") })
		}
		wg.Wait()
		behind := func(version string) []string {
			out, err := c.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: bucket, Prefix: aws.String(prefix), KeyMarker: aws.String(busy), VersionIdMarker: &version})
			if err != nil {
				t.Error(err)
				return nil
			}
			var keys []string
			for _, v := range out.Versions {
				keys = append(keys, aws.ToString(v.Key))
			}
			return keys
		}
		for range 20 {
			older, current := mustPut(t, c, busy, "one"), mustPut(t, c, busy, "two")
			wg.Go(func() { remove(t, c, busy, current) })
			wg.Go(func() {
				if got := behind(current); !slices.Contains(got, stays) {
					t.Errorf("while a version went there was %q behind it, and not %q", got, stays)
				}
			})
			wg.Wait()
			if got := behind(current); !slices.Equal(got, []string{busy, stays}) {
				t.Errorf("behind a version that is gone there is %q", got)
			}
			remove(t, c, busy, older)
			if got := behind(older); !slices.Equal(got, []string{stays}) {
				t.Errorf("behind a key that is gone there is %q, want %q", got, stays)
			}
		}
	})
}

// A listing of many pages beside keys that come and go holds every key that stays.
func TestListingsHoldWhatStays(t *testing.T) {
	both(t, func(t *testing.T, c *s3.Client, _ *told) {
		const prefix, page, folders = "u/alice/", 5, 12
		var stays []string
		for n := range folders {
			stays = append(stays, fmt.Sprintf("%s%02d/stays", prefix, n))
			mustPut(t, c, stays[n], "x")
		}
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for n := range 4 {
			key := fmt.Sprintf("%s%02d/busy", prefix, 3*n)
			wg.Go(func() {
				for ctx.Err() == nil {
					for _, version := range []string{mustPut(t, c, key, "one"), mustPut(t, c, key, "two"), remove(t, c, key, "")} {
						remove(t, c, key, version)
					}
				}
			})
		}
		for range 5 {
			for what, listed := range map[string][]string{"objects": listObjects(t, c, prefix, page), "versions": entries(t, c, prefix, "", page)} {
				for _, key := range stays {
					if !slices.ContainsFunc(listed, func(entry string) bool { return len(entry) > len(key) && entry[1:len(key)+1] == key }) {
						t.Errorf("the %s are %q, without %s, which was always there", what, listed, key)
					}
				}
			}
		}
		stop()
		wg.Wait()
	})
}

// listObjects lists the current objects below a prefix as entries does.
func listObjects(t *testing.T, c *s3.Client, prefix string, page int32) (all []string) {
	t.Helper()
	pages := s3.NewListObjectsV2Paginator(c, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: &prefix, MaxKeys: &page})
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range out.Contents {
			all = append(all, "*"+aws.ToString(o.Key)+" ")
		}
	}
	return all
}
