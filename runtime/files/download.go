package files

// Download is what a presigned GET is for. The zero values of all but
// ObjectKey leave the answer as it is stored.
type Download struct {
	ObjectKey string
	VersionID string // pinned; empty where the bucket is not versioned
	// Disposition, CacheControl and MimeType are what the store answers in
	// Content-Disposition, Cache-Control and Content-Type.
	Disposition  string
	CacheControl string
	MimeType     string
}
