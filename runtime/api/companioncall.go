package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

// companionCall is a request of the Companion contract by a known caller.
type companionCall struct {
	*http.Request
	query SpaceQuery // that named the space
	space files.Space
	body  []byte
}

// xmlAnswer is an answer in S3's XML.
type xmlAnswer string

// companion serves a route of the Companion contract that reads a body of at most
// limit bytes.
func (s *service) companion(id string, limit int64, handle func(*companionCall) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer, err := s.answerCompanion(w, r, id, limit, handle)
		if err != nil {
			writeProblem(w, r, err)
			return
		}
		contentType := "application/json"
		text, isXML := answer.(xmlAnswer)
		body := []byte(text)
		if isXML {
			contentType = "application/xml"
		} else if body, err = json.Marshal(answer); err != nil {
			writeProblem(w, r, err)
			return
		}
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(body) // the client is gone: nobody to tell
	}
}

func (s *service) answerCompanion(w http.ResponseWriter, r *http.Request, id string, limit int64, handle func(*companionCall) (any, error)) (any, error) {
	if err := s.authenticate(r, id, write); err != nil {
		return nil, err
	}
	query, err := companionSpace(r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	space, err := query.space(r.Context())
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	if err := readBody(w, r, &body, limit); err != nil {
		return nil, err
	}
	return handle(&companionCall{r, query, space, body.Bytes()})
}

// companionSpace returns the query's space. Of the rest the contract is
// lenient, but who names two spaces, or one that cannot be read, must not get
// the one that he did not mean.
func companionSpace(raw string) (SpaceQuery, error) {
	query, err := parseQuery(raw)
	if err != nil {
		return SpaceQuery{}, err
	}
	if n := len(query["space"]); n > 1 {
		return SpaceQuery{}, files.Problemf(files.CodeInvalidField, "space", "the query parameter is given %d times; give it once", n)
	}
	return SpaceQuery{query.Get("space")}, nil
}

// key returns the caller's key of the request.
func (c *companionCall) key() string {
	raw := c.URL.Query().Get("key")
	if key, err := files.ParseKey(raw); err == nil {
		noteKey(c.Context(), key)
	}
	return raw
}

// decode reads the body. What it does not know it leaves alone.
func (c *companionCall) decode(v any) error {
	if err := json.Unmarshal(c.body, v); err != nil {
		return &files.Problem{Code: files.CodeInvalid, Detail: "the body is not the JSON that this route reads", Err: err}
	}
	return nil
}

func (s *service) secondsUntil(t time.Time) int { return max(1, int(t.Sub(s.Now()).Seconds())) }

// key returns the file's key: its name, or its path in the folder that was
// dropped, which Uppy sends as metadata.
func (f companionFile) key() string {
	relative, _ := f.Metadata["relativePath"].(string)
	if relative = strings.TrimPrefix(relative, "/"); path.Base(relative) == f.Filename {
		return relative
	}
	return f.Filename
}

// metadata returns what the person who uploads has said, without what Uppy
// adds for itself.
func (f companionFile) metadata() map[string]string {
	kept := map[string]string{}
	for name, value := range f.Metadata {
		switch name {
		case "name", "type", "relativePath":
			continue
		}
		switch v := value.(type) {
		case string:
			if v != "" {
				kept[name] = v
			}
		case bool, float64:
			kept[name] = fmt.Sprint(v)
		}
	}
	return kept
}

// queryMetadata returns the metadata of a query, metadata[name]=value.
func queryMetadata(query url.Values) map[string]any {
	all := map[string]any{}
	for name, values := range query {
		if inner, ok := strings.CutPrefix(name, "metadata["); ok && strings.HasSuffix(inner, "]") {
			all[strings.TrimSuffix(inner, "]")] = meant(values[0])
		}
	}
	return all
}

// meant returns a value of a query; empty if a script had none and wrote that
// down.
func meant(value string) string {
	if value == "null" || value == "undefined" {
		return ""
	}
	return value
}
