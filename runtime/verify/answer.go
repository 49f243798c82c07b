package verify

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
)

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// refused returns nil if the answer is a refusal. A store may also say that it
// knows no such thing; that it has no time is no refusal.
func (a answer) refused(sent string, args ...any) error {
	late := a.status == http.StatusTooManyRequests || a.status == http.StatusRequestTimeout
	if a.status/100 == 4 && !late || a.status == http.StatusNotImplemented {
		return nil
	}
	return &Failure{fmt.Sprintf(sent, args...), "a refusal (4xx)", a.String()}
}

// denied returns nil if the answer says that this may not be done: that there is
// no such thing would say that it may be.
func (a answer) denied(sent string) error {
	switch a.status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return nil
	}
	return &Failure{sent, "400, 401 or 403", a.String()}
}

var (
	errorCode = regexp.MustCompile(`<Code>([A-Za-z0-9]{1,60})</Code>`)
	plainCode = regexp.MustCompile(`^[a-z][a-z0-9-]{0,40}$`)
)

// String returns the status and the code of a problem or of a store's error:
// the rest of a store's error may repeat what was signed.
func (a answer) String() string {
	status := fmt.Sprintf("%d %s", a.status, http.StatusText(a.status))
	if code := a.code(); code != "" {
		status += " (" + code + ")"
	}
	return status
}

func (a answer) code() string {
	if found := errorCode.FindSubmatch(a.body); found != nil {
		return string(found[1])
	}
	var problem struct{ Code, Field, Detail string }
	if json.Unmarshal(a.body, &problem) == nil && plainCode.MatchString(problem.Code) {
		return problem.Code
	}
	return ""
}
