package stores

import (
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

func policies() chapter {
	const user = "the store's own users and policies have to say it; see `bytepass provision`"
	deny := func(condition string) string {
		return `,{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::files/u/*","Condition":` + condition + `}`
	}
	now := func() {}
	return chapter{"Bucket policies, for a user who signs", []check{
		{"lets a user put objects below a prefix, and nowhere else", user, allowPrefix},
		{"refuses requests without TLS (`aws:SecureTransport`)", "the endpoint has to refuse plain HTTP by itself", denied(deny(`{"Bool":{"aws:SecureTransport":"false"}}`), now)},
		{"refuses signed URLs (`s3:authType`)", "keys of the server can sign URLs, and a signer's can be used with a header", denied(deny(`{"StringEquals":{"s3:authType":"REST-QUERY-STRING"}}`), now)},
		{"refuses old signatures (`s3:signatureAge`)", "a URL lives as long as it says, at most seven days", denied(deny(`{"NumericGreaterThan":{"s3:signatureAge":"1000"}}`), func() { time.Sleep(2500 * time.Millisecond) })},
		{"refuses uploads that could overwrite (`s3:if-none-match`)", "nothing: Bytepass does not ask for it", denied(deny(`{"Null":{"s3:if-none-match":"true"}}`), now)},
	}}
}

// holds is how long a setting may take until it counts, on a busy machine.
const holds = 30 * time.Second

// policy gives the bucket a policy of these statements, and waits until it
// holds: until the user may do what only this one allows.
func (a *asker) policy(statements string) error {
	a.Helper()
	a.policies++
	key := fmt.Sprintf("policies/%d", a.policies)
	_, err := a.client.PutBucketPolicy(a.Context(), &s3.PutBucketPolicyInput{
		Bucket: a.bucket, Policy: aws.String(`{"Version":"2012-10-17","Statement":[` + statements + `,` + a.allowOther(key) + `]}`),
	}, withMD5)
	if err == nil {
		within(holds, func() bool { return a.asOther(key, func() {}).ok() })
	}
	return err
}

func (a *asker) withoutPolicy() {
	if _, err := a.client.DeleteBucketPolicy(a.Context(), &s3.DeleteBucketPolicyInput{Bucket: a.bucket}); err != nil {
		a.Error(err)
	}
}

// withMD5 sends the MD5 that S3 asked for before it knew other checksums, and
// some stores still do.
func withMD5(o *s3.Options) {
	o.APIOptions = append(o.APIOptions, smithyhttp.AddContentChecksumMiddleware)
}

// allowOther lets the user without rights put these objects.
func (a *asker) allowOther(objects string) string {
	return `{"Effect":"Allow","Principal":{"AWS":["` + a.store.Other.Principal + `"]},"Action":["s3:PutObject"],"Resource":"arn:aws:s3:::files/` + objects + `"}`
}

// asOther uploads by a URL that the user without rights has signed, after a
// while.
func (a *asker) asOther(key string, wait func()) reply {
	a.Helper()
	signed, err := s3.NewPresignClient(a.store.ClientOf(a.store.Other)).PresignPutObject(a.Context(), &s3.PutObjectInput{Bucket: a.bucket, Key: &key})
	if err != nil {
		a.Fatal(err)
	}
	wait()
	return a.send(http.MethodPut, signed.URL, signed.SignedHeader, "hello")
}

func allowPrefix(a *asker) string {
	now := func() {}
	if r := a.asOther("u/before", now); r.status != http.StatusForbidden {
		a.Errorf("before there is a policy: %s", r)
	}
	if err := a.policy(a.allowOther("u/*")); err != nil {
		return done(err)
	}
	defer a.withoutPolicy()
	if r := a.asOther("u/allowed", now); !r.ok() {
		return "no: " + r.String()
	}
	a.heedsPolicies = true
	return refused(a.asOther("elsewhere/refused", now))
}

// denied is the answer to a statement that has to keep the user out again.
func denied(statement string, wait func()) func(*asker) string {
	return func(a *asker) string {
		if !a.heedsPolicies {
			return "no: its policies are not about users"
		}
		if err := a.policy(a.allowOther("u/*") + statement); err != nil {
			return done(err)
		}
		defer a.withoutPolicy()
		return refused(a.asOther("u/denied", wait))
	}
}
