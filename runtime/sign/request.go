package sign

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/bytepass/bytepass/runtime/percent"
)

// Param is one name and value: of a query, unescaped, or of a header.
type Param struct{ Name, Value string }

// Request is any request on the bucket or on one of its objects.
type Request struct {
	Method string
	Key    string  // the object key, unescaped; empty addresses the bucket
	Query  []Param // unescaped, in any order
	Header []Param // what the client has to send besides Host, in any order
	Life   time.Duration
}

// sortedQuery returns the parameters in the canonical order: by escaped names,
// then by escaped values.
func sortedQuery(query []Param) []Param {
	query = slices.Clone(query)
	slices.SortFunc(query, func(a, b Param) int {
		return cmp.Or(cmp.Compare(percent.Encode(a.Name), percent.Encode(b.Name)), cmp.Compare(percent.Encode(a.Value), percent.Encode(b.Value)))
	})
	return query
}

// sortedHeaders returns the headers and host in the canonical order: by names
// in lower case.
func sortedHeaders(headers []Param, host string) []Param {
	all := []Param{{"host", host}}
	for _, h := range headers {
		all = append(all, Param{strings.ToLower(h.Name), h.Value})
	}
	slices.SortFunc(all, func(a, b Param) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
