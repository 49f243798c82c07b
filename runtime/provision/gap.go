package provision

import "fmt"

// Reason says why a setting of the template is not in force on a store. The
// values never change their meaning.
type Reason string

// The reasons of a Gap.
const (
	Unsupported Reason = "unsupported"   // the store says that it does not do this
	Refused     Reason = "refused"       // the store does this, but not with these values
	Ignored     Reason = "ignored"       // the store took it and does not give it back
	Unknown     Reason = "unresolved"    // a value that only CloudFormation knows
	NotPortable Reason = "not-portable"  // it names what only AWS has
	NotForStore Reason = "not-for-store" // it makes no sense on this store
	Elsewhere   Reason = "elsewhere"     // not a setting of the S3 API
	LocksOut    Reason = "locks-out"     // with it the store would refuse objects, or whoever provisions
	Unheeded    Reason = "unheeded"      // the store keeps it and does not act on it
	Kept        Reason = "kept"          // somebody else's value is there, and stays
)

// leftOut is the detail of a Gap that the caller asked for (Target.Apart).
const leftOut = "left out"

// Gap is one thing that the template asks for and the store does not do.
type Gap struct {
	Setting     string `json:"setting"`        // such as "lifecycle"
	Part        string `json:"part,omitempty"` // such as a policy statement's Sid; empty for the whole
	Reason      Reason `json:"reason"`
	Detail      string `json:"detail"`      // what exactly, such as the store's own words
	Consequence string `json:"consequence"` // what that means, and what stands in for it
}

// String returns the gap in one line.
func (g Gap) String() string {
	name := g.Setting
	if g.Part != "" {
		name += " " + g.Part
	}
	return fmt.Sprintf("%s: %s (%s): %s", name, g.Reason, g.Detail, g.Consequence)
}
