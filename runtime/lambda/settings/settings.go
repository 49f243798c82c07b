// Package settings reads a function's environment, strictly: what the stack
// should have set and has not, or set to something else than it should, is
// reported before the function takes its first event, all of it at once.
package settings

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/runtime/files"
)

// Env reads environment variables and remembers what is wrong with them. Read
// all that is needed, then ask Err. The zero value is not usable.
type Env struct {
	lookup func(name string) (string, bool)
	wrong  []string
}

// New returns the Env of a lookup such as os.LookupEnv. An empty variable is
// one that is not set.
func New(lookup func(name string) (string, bool)) *Env { return &Env{lookup: lookup} }

// Err returns nil, or an error with one line for each variable that is wrong.
func (e *Env) Err() error {
	if len(e.wrong) == 0 {
		return nil
	}
	return errors.New("settings: " + strings.Join(e.wrong, "\n"))
}

func (e *Env) fail(name, format string, args ...any) {
	e.wrong = append(e.wrong, name+" "+fmt.Sprintf(format, args...))
}

// Optional returns a variable, or otherwise if it is not set.
func (e *Env) Optional(name, otherwise string) string {
	if value, ok := e.lookup(name); ok && value != "" {
		return value
	}
	return otherwise
}

// Required returns a variable that must be set.
func (e *Env) Required(name string) string {
	value := e.Optional(name, "")
	if value == "" {
		e.fail(name, "is not set; the stack sets it for this function")
	}
	return value
}

// Int returns a whole number from least to most.
func (e *Env) Int(name string, otherwise, least, most int64) int64 {
	text := e.Optional(name, "")
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < least || n > most {
		e.fail(name, "is %q; set a whole number from %d to %d", text, least, most)
		return otherwise
	}
	return n
}

// Flag returns a variable that is "true" or "false"; not set is false.
func (e *Env) Flag(name string) bool {
	text := e.Optional(name, "false")
	if text != "true" && text != "false" {
		e.fail(name, "is %q; set true or false", text)
	}
	return text == "true"
}

// Endpoint returns the URL of a service, a scheme and a host; empty if it is
// not set.
func (e *Env) Endpoint(name string) string {
	text := e.Optional(name, "")
	u, err := url.Parse(text)
	if text != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		e.fail(name, "is no endpoint; set a scheme and a host, such as https://s3.example.com")
	}
	return text
}

// Limits returns what bounds uploads and the lives of URLs.
func (e *Env) Limits() files.Limits {
	life := func(name string, otherwise int64) time.Duration {
		return time.Duration(e.Int(name, otherwise, env.MinURLSeconds, env.MaxURLSeconds)) * time.Second
	}
	return files.Limits{
		MaxSize:      e.Int(env.MaxSize, env.DefaultMaxSize, 1, env.LargestMaxSize),
		AllowedTypes: e.types(),
		UploadURL:    life(env.UploadURLSeconds, env.DefaultUploadURLSeconds),
		Put:          life(env.PutSeconds, env.DefaultPutSeconds),
		Part:         life(env.PartSeconds, env.DefaultPartSeconds),
		Get:          life(env.GetSeconds, env.DefaultGetSeconds),
		MaxMetadata:  env.MaxMetadataBytes,
	}
}

func (e *Env) types() []string {
	text := e.Optional(env.AllowedTypes, "")
	if text == "" {
		return nil
	}
	types := strings.Split(text, ",")
	for _, t := range types {
		if kind, sub, ok := strings.Cut(t, "/"); !ok || kind == "" || sub == "" || t != strings.ToLower(strings.TrimSpace(t)) {
			e.fail(env.AllowedTypes, "has %q; list media types such as image/png or image/*, in lower case, with commas between", t)
		}
	}
	return types
}
