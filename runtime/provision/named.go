package provision

// What a caller has named.
const (
	Store     Named = "endpoint"
	Bucket    Named = "bucket"
	AccessKey Named = "access key"
	SecretKey Named = "secret key"
	Region    Named = "region"
)

// Named is something that a caller names.
type Named string

// NamedWrongly is the error of a store, a bucket or keys that the caller has to
// name otherwise. Nothing was written.
type NamedWrongly struct {
	What Named
	err  error
}

// Error returns what was named wrongly, and what is wrong with it, with the remedy.
func (e *NamedWrongly) Error() string { return "provision: " + string(e.What) + ": " + e.err.Error() }

// Unwrap returns what is wrong, with the remedy and without the name.
func (e *NamedWrongly) Unwrap() error { return e.err }
