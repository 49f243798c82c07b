package audit

import "testing"

// TestLeaks checks the checker.
func TestLeaks(t *testing.T) {
	for _, line := range []string{
		`url="http://127.0.0.1/b/k?X-Amz-Algorithm=A&x-amz-signature=00"`, "X-Amz-Security-Token: a", "Authorization: Bearer a", "Authorization: bearer a",
		"Authorization: AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c", "?Policy=a&Signature=b", "Key-Pair-Id=K",
		"path=/u/eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln/s3/params", "error=\"the-secret is wrong\"",
	} {
		if len(Leaks("fine\n"+line+"\nfine\n", "the-secret")) != 1 {
			t.Errorf("not seen: %s", line)
		}
	}
	const fine = `msg=audit owner=alice operation=presign space=u/alice key=X-Amz.txt route="POST /api/presign" request_id=eyJ`
	if found := Leaks(fine, "the-secret"); found != nil {
		t.Errorf("seen in vain: %v", found)
	}
}
