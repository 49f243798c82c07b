package transfer

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/client"
)

// TestRefusals: what a store says decides what is done next.
func TestRefusals(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		code   string
		is     error // nil is none of ours
		again  bool
	}{
		"a signature":            {403, "SignatureDoesNotMatch", errForbidden, false},
		"expired":                {403, "AccessDenied", errForbidden, false},
		"an expired session":     {400, "ExpiredToken", errForbidden, false},
		"damaged":                {400, "BadDigest", errDigest, false},
		"cut short":              {400, "IncompleteBody", errDigest, false},
		"no such upload":         {404, "NoSuchUpload", errGone, false},
		"taken":                  {412, "PreconditionFailed", errTaken, false},
		"slow down":              {503, "SlowDown", nil, true},
		"throttled":              {429, "", nil, true},
		"too slow":               {400, "RequestTimeout", nil, true},
		"in each other's way":    {409, "OperationAborted", nil, true},
		"a gateway in between":   {502, "", nil, true},
		"it cannot do that":      {501, "NotImplemented", nil, false},
		"too large":              {400, "EntityTooLarge", nil, false},
		"another place":          {307, "TemporaryRedirect", nil, false},
		"the wrong store, a 405": {405, "MethodNotAllowed", nil, false},
	} {
		answer := httptest.NewRecorder()
		answer.WriteHeader(tc.status)
		_, _ = answer.WriteString("<Error><Code>" + tc.code + "</Code></Error>") // never fails
		err := refusal(answer.Result())
		if tc.is != nil && !errors.Is(err, tc.is) || client.IsTemporary(err) != tc.again || !strings.Contains(err.Error(), tc.code) {
			t.Errorf("%s: %v, to be tried again: %v", name, err, client.IsTemporary(err))
		}
	}
	for status, code := range map[int]string{507: "", 403: "QuotaExceeded"} {
		answer := httptest.NewRecorder()
		answer.WriteHeader(status)
		_, _ = answer.WriteString("<Error><Code>" + code + "</Code></Error>") // never fails
		if err := refusal(answer.Result()); client.CodeOf(err) != client.CodeStoreFull || client.IsTemporary(err) {
			t.Errorf("%d %s: %v", status, code, err)
		}
	}
}
