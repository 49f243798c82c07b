package stores

import (
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func keys() chapter {
	return chapter{"Keys", []check{
		{"takes spaces, `+`, `%`, `?`, `#`, `&`, quotes, umlauts, emoji and right-to-left text", "uploads with such names fail", awkward},
		{"takes a backslash", "`a\\b` and `a/b` are the same file", backslash},
		{"has both `a` and `a/b`", "`--s3-file-system`: the API answers 409 before it signs", fileAndFolder},
		{"takes names of more than 255 bytes between two slashes", "`--s3-file-system`: the API answers 400 before it signs", longName},
		{"takes keys of 1,024 bytes", "uploads with such names fail", longKey},
		{"lists keys in the order of their bytes", "reconcile sorts what it has listed", byteOrder},
	}}
}

func (a *asker) takes(key string) string {
	signed, header := a.sign(a.upload(key))
	if r := a.send(http.MethodPut, signed, header, "hello"); !r.ok() {
		return "no: " + r.String()
	}
	return when(a.head(key) != nil, "it is kept under another name")
}

func awkward(a *asker) string {
	all := []string{"a b", "a+b", "a%2Fb", "a?b", "a#b", "a&b=c", `a"b'c`, "größe", "🙂", "שלום", "a;b", "[a]*"}
	for i, name := range all {
		all[i] = "keys/awkward/" + name
	}
	for _, key := range all {
		if answer := a.takes(key); answer != yes {
			return answer + " of `" + strings.TrimPrefix(key, "keys/awkward/") + "`"
		}
	}
	slices.Sort(all)
	return when(slices.Equal(a.listed("keys/awkward/"), all), "others are listed")
}

func backslash(a *asker) string {
	const key = `keys/back\slash`
	if answer := a.takes(key); answer != yes {
		return answer
	}
	return when(slices.Equal(a.listed("keys/back"), []string{key}), "it takes it for a slash")
}

func (a *asker) listed(prefix string) []string {
	a.Helper()
	out, err := a.client.ListObjectsV2(a.Context(), &s3.ListObjectsV2Input{Bucket: a.bucket, Prefix: &prefix})
	if err != nil {
		a.Fatal(err)
	}
	var all []string
	for _, o := range out.Contents {
		all = append(all, aws.ToString(o.Key))
	}
	return all
}

func fileAndFolder(a *asker) string {
	for _, key := range []string{"keys/both/a", "keys/both/a/b"} {
		if answer := a.takes(key); answer != yes {
			return answer
		}
	}
	return when(len(a.listed("keys/both/")) == 2, "one of them is not listed")
}

func longName(a *asker) string { return a.takes("keys/" + strings.Repeat("x", 300)) }

func longKey(a *asker) string {
	return a.takes("keys/" + strings.Repeat("123456789/", 101) + "123456789")
}

func byteOrder(a *asker) string {
	want := []string{"keys/order/B", "keys/order/a-", "keys/order/a/b", "keys/order/a0", "keys/order/ä"}
	for _, key := range want {
		a.put(key, "x")
	}
	return when(slices.Equal(a.listed("keys/order/"), want), "their order is another")
}
