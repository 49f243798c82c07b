package stores

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc64"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func inParts() chapter {
	return chapter{"Uploads in parts", []check{
		{"makes a file of parts, with the metadata of its start", "nothing stands in for this: such a store cannot be used", wholeUpload},
		{"refuses a longer part", "the size of an upload is checked on the list of its parts, before it is completed", longerPart},
		{"does not overwrite, if it is told so at the end", "`overwrite: false` does not hold for an upload in parts that meets another", completeOnlyNew},
		{"refuses a part that is not the one it has", "the API compares with the list of parts before it completes", wrongETag},
		{"refuses a part that is too small", "the API compares with the list of parts before it completes", smallPart},
		{"lists parts page by page", "resuming asks for all parts in one page", partPages},
		{"lists the unfinished uploads of a key", "`GET /api/uploads?key=` finds nothing, and clients that forgot their upload start anew", unfinished("parts/unfinished/a é", "parts/unfinished/a é")},
		{"lists the unfinished uploads below a prefix", "`serve` lists all of the bucket's and picks from them; those whose keys come encoded stay unknown to it, and are not aborted when they are stale", unfinished("parts/below/a é", "parts/below/")},
		{"knows nothing of an upload that was aborted", "an upload that is gone looks as if it were there", aborted},
		{"knows nothing of an upload that was completed while a part arrived", "such an upload is back, without its checksum and its other parts; asked to complete it again, the API answers with the file that it became, and removes it", latePart},
		{"refuses a part with other bytes than its CRC-64/NVME is of", "a damaged part is found out at the end or not at all", wrongPartSum},
		{"makes a checksum of the whole file from parts that bring none", "uploads in parts have no checksum of the whole file; `serve` finds out when it starts", sumOfBareParts},
		{"checks the CRC-64/NVME of the whole file", "a file in parts has no checksum of the whole; the command compares those of its parts, by ETag", wholeSum},
	}}
}

const partSize = 5 << 20

// begin starts an upload of a key.
func (a *asker) begin(key string, change ...func(*s3.CreateMultipartUploadInput)) *s3.CreateMultipartUploadOutput {
	a.Helper()
	in := &s3.CreateMultipartUploadInput{Bucket: a.bucket, Key: &key, ContentType: aws.String("text/plain"), Metadata: map[string]string{"bytepass": "declared"}}
	for _, c := range change {
		c(in)
	}
	out, err := a.client.CreateMultipartUpload(a.Context(), in)
	if err != nil {
		a.Fatal(err)
	}
	out.Key = &key
	return out
}

// part sends a part by a URL that is bound to length bytes.
func (a *asker) part(u *s3.CreateMultipartUploadOutput, number int32, length int, body string) reply {
	a.Helper()
	signed, err := a.signer.PresignUploadPart(a.Context(), &s3.UploadPartInput{
		Bucket: a.bucket, Key: u.Key, UploadId: u.UploadId, PartNumber: &number, ContentLength: aws.Int64(int64(length)),
	})
	if err != nil {
		a.Fatal(err)
	}
	return a.send(http.MethodPut, signed.URL, signed.SignedHeader, body)
}

// parts sends two parts and returns what completes them.
func (a *asker) parts(u *s3.CreateMultipartUploadOutput, first int) *s3.CompleteMultipartUploadInput {
	a.Helper()
	one := a.part(u, 1, first, strings.Repeat("a", first))
	two := a.part(u, 2, 4, "tail")
	return &s3.CompleteMultipartUploadInput{Bucket: a.bucket, Key: u.Key, UploadId: u.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{
		{PartNumber: aws.Int32(1), ETag: aws.String(one.header.Get("ETag"))},
		{PartNumber: aws.Int32(2), ETag: aws.String(two.header.Get("ETag"))},
	}}}
}

func (a *asker) complete(in *s3.CompleteMultipartUploadInput) error {
	_, err := a.client.CompleteMultipartUpload(a.Context(), in)
	return err
}

func wholeUpload(a *asker) string {
	if err := a.complete(a.parts(a.begin("parts/whole"), partSize)); err != nil {
		return done(err)
	}
	head := a.head("parts/whole")
	right := head != nil && aws.ToInt64(head.ContentLength) == partSize+4 && aws.ToString(head.ContentType) == "text/plain" && head.Metadata["bytepass"] == "declared"
	return when(right, "type, length or metadata are others")
}

func longerPart(a *asker) string {
	return refused(a.part(a.begin("parts/longer"), 1, 5, "hello, world"))
}

func completeOnlyNew(a *asker) string {
	in := a.parts(a.begin("parts/new"), partSize)
	in.IfNoneMatch = aws.String("*")
	if err := a.complete(in); err != nil {
		return done(err)
	}
	in = a.parts(a.begin("parts/new"), partSize)
	in.IfNoneMatch = aws.String("*")
	return refusedWith(a.complete(in), "412 PreconditionFailed")
}

// refusedWith is the answer of a store that has to refuse in exactly this way.
func refusedWith(err error, want string) string {
	got := answer(err)
	if got == "ok" {
		got = "it is accepted"
	}
	return when(got == want, got)
}

func wrongETag(a *asker) string {
	in := a.parts(a.begin("parts/etag"), partSize)
	in.MultipartUpload.Parts[0].ETag = aws.String(`"0123456789abcdef0123456789abcdef"`)
	return refusedWith(a.complete(in), "400 InvalidPart")
}

func smallPart(a *asker) string {
	return refusedWith(a.complete(a.parts(a.begin("parts/small"), 100)), "400 EntityTooSmall")
}

func partPages(a *asker) string {
	u := a.begin("parts/pages")
	a.parts(u, partSize)
	var marker *string
	for page := range 2 {
		out, err := a.client.ListParts(a.Context(), &s3.ListPartsInput{Bucket: a.bucket, Key: u.Key, UploadId: u.UploadId, MaxParts: aws.Int32(1), PartNumberMarker: marker})
		if err != nil {
			return done(err)
		}
		if len(out.Parts) != 1 || aws.ToBool(out.IsTruncated) != (page == 0) {
			return "no: the pages are others"
		}
		marker = out.NextPartNumberMarker
	}
	return yes
}

// unfinished is the answer to a question for the unfinished uploads below a
// prefix, of which there is the one of key.
func unfinished(key, prefix string) func(*asker) string {
	return func(a *asker) string {
		u := a.begin(key)
		out, err := a.client.ListMultipartUploads(a.Context(), &s3.ListMultipartUploadsInput{Bucket: a.bucket, Prefix: &prefix, EncodingType: types.EncodingTypeUrl})
		if err != nil {
			return done(err)
		}
		if len(out.Uploads) != 1 || aws.ToString(out.Uploads[0].UploadId) != *u.UploadId {
			return "no: they are not listed"
		}
		listed := aws.ToString(out.Uploads[0].Key)
		if out.EncodingType == types.EncodingTypeUrl {
			if listed, err = url.QueryUnescape(listed); err != nil {
				a.Fatal(err)
			}
		}
		return when(listed == key, "their keys are encoded, and it does not say so")
	}
}

func aborted(a *asker) string {
	u := a.begin("parts/aborted")
	if _, err := a.client.AbortMultipartUpload(a.Context(), &s3.AbortMultipartUploadInput{Bucket: a.bucket, Key: u.Key, UploadId: u.UploadId}); err != nil {
		return done(err)
	}
	_, err := a.client.ListParts(a.Context(), &s3.ListPartsInput{Bucket: a.bucket, Key: u.Key, UploadId: u.UploadId})
	return refusedWith(err, "404 NoSuchUpload")
}

// withSums asks for a checksum of the whole file and its parts.
func withSums(in *s3.CreateMultipartUploadInput) {
	in.ChecksumAlgorithm, in.ChecksumType = types.ChecksumAlgorithmCrc64nvme, types.ChecksumTypeFullObject
}

// sum returns the CRC-64/NVME of s as S3 writes it. The polynomial is that of
// the NVM Express base specification, reversed.
func sum(s string) string {
	crc := crc64.Checksum([]byte(s), crc64.MakeTable(0x9a6c9329ac4bc9b5))
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc))
}

func wrongPartSum(a *asker) string {
	u := a.begin("parts/part-sum", withSums)
	_, err := a.client.UploadPart(a.Context(), &s3.UploadPartInput{
		Bucket: a.bucket, Key: u.Key, UploadId: u.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("hellO"), ChecksumCRC64NVME: aws.String(sum("hello")),
	})
	return when(err != nil, "it is accepted")
}

func sumOfBareParts(a *asker) string {
	u := a.begin("parts/bare", withSums)
	if r := a.part(u, 1, 5, "hello"); !r.ok() {
		return "no: " + r.String()
	}
	list, err := a.client.ListParts(a.Context(), &s3.ListPartsInput{Bucket: a.bucket, Key: u.Key, UploadId: u.UploadId})
	if err != nil {
		return done(err)
	}
	return when(len(list.Parts) == 1 && aws.ToString(list.Parts[0].ChecksumCRC64NVME) == sum("hello"), "it has none")
}

// wholeSum sends parts and completes them with checksums, as Bytepass does.
func wholeSum(a *asker) string {
	u := a.begin("parts/whole-sum", withSums)
	in := &s3.CompleteMultipartUploadInput{Bucket: a.bucket, Key: u.Key, UploadId: u.UploadId, ChecksumType: types.ChecksumTypeFullObject, MultipartUpload: &types.CompletedMultipartUpload{}}
	bodies := []string{strings.Repeat("a", partSize), "tail"}
	for i, body := range bodies {
		number := aws.Int32(int32(i + 1))
		signed, err := a.signer.PresignUploadPart(a.Context(), &s3.UploadPartInput{
			Bucket: a.bucket, Key: u.Key, UploadId: u.UploadId, PartNumber: number, ContentLength: aws.Int64(int64(len(body))), ChecksumCRC64NVME: aws.String(sum(body)),
		})
		if err != nil {
			a.Fatal(err)
		}
		r := a.send(http.MethodPut, signed.URL, signed.SignedHeader, body)
		if !r.ok() {
			return "no: " + r.String()
		}
		in.MultipartUpload.Parts = append(in.MultipartUpload.Parts, types.CompletedPart{PartNumber: number, ETag: aws.String(r.header.Get("ETag")), ChecksumCRC64NVME: aws.String(sum(body))})
	}
	in.ChecksumCRC64NVME = aws.String(sum("others"))
	if err := a.complete(in); err == nil {
		return "no: it is accepted with a wrong one"
	}
	in.ChecksumCRC64NVME = aws.String(sum(strings.Join(bodies, "")))
	if err := a.complete(in); err != nil {
		return done(err)
	}
	head, err := a.client.HeadObject(a.Context(), &s3.HeadObjectInput{Bucket: a.bucket, Key: u.Key, ChecksumMode: types.ChecksumModeEnabled})
	if err != nil {
		return done(err)
	}
	return when(aws.ToString(head.ChecksumCRC64NVME) == *in.ChecksumCRC64NVME, "it is not kept")
}
