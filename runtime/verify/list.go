package verify

import "context"

// check is an entry of the list.
type check struct {
	name  string
	about string // true if it has passed
	// needs are checks that have to have passed: it works with what they made.
	needs []string
	// after are checks that work with what this one takes away.
	after []string
	run   func(*probe, context.Context) error
}

// readers are the checks that need the file to be as it was uploaded.
var readers = []string{
	"unsigned", "key-bound", "verb-bound", "overwrite", "download", "disposition", "download-bound", "other-owner", "signer-header", "tls",
}

// list returns all checks but "reach" and "cleanup", which stand around them.
func list() []check {
	up, in := []string{"upload"}, []string{"ingest"}
	return []check{
		{"health", "the API says that it is alive", nil, nil, (*probe).health},
		{"api-headers", "answers of the API are not kept and not sniffed", nil, nil, (*probe).apiHeaders},
		{"no-token", "requests without a token are refused", nil, nil, (*probe).noToken},
		{"bad-token", "garbage, changed and unsigned tokens are refused", nil, nil, (*probe).badToken},
		{"expired-token", "a token that has expired is refused", nil, nil, (*probe).expiredToken},
		{"spaces", "keys and parameters lead into no other space", nil, nil, (*probe).spaces},
		{"other-owner", "another owner sees and gets nothing of a file", in, nil, (*probe).otherOwner},
		{"tls", "API and store speak TLS 1.2 or later, and nothing in the clear", up, nil, (*probe).transport},
		{"upload", "a file is uploaded by a signed URL", nil, nil, (*probe).upload},
		{"unsigned", "without a signature the store gives, takes and lists nothing", up, nil, (*probe).unsigned},
		{"type-bound", "a URL is good for one type", nil, nil, (*probe).typeBound},
		{"length-bound", "a URL is good for one length", nil, nil, (*probe).lengthBound},
		{"key-bound", "a URL is good for one key", up, nil, (*probe).keyBound},
		{"verb-bound", "a URL is good for one method", up, nil, (*probe).verbBound},
		{"signature-bound", "a URL whose signature, date or life was changed is refused", nil, nil, (*probe).signatureBound},
		{"expiry", "a URL is dead when its time is over", nil, nil, (*probe).expiry},
		{"checksum", "other bytes than those of a signed checksum are refused", nil, nil, (*probe).checksum},
		{"overwrite", "an upload that must not overwrite does not", up, nil, (*probe).overwrite},
		{"multipart", "a file is uploaded in parts; a part's URL is good for one length", nil, nil, (*probe).multipart},
		{"ingest", "an upload is listed within seconds", up, nil, (*probe).ingest},
		{"download", "a download is byte-identical", in, nil, (*probe).download},
		{"disposition", "a browser saves a download and does not run it", in, nil, (*probe).disposition},
		{"download-bound", "a download URL is good for one version, and to read", []string{"download"}, nil, (*probe).downloadBound},
		{"delete", "a deleted file is gone from the list and in the trash", in, readers, (*probe).delete},
		{"restore", "a deleted file is restored with its bytes", []string{"delete", "download"}, nil, (*probe).restore},
		{"cors-api", "pages of the origin may call the API and read its answers", nil, nil, (*probe).corsAPI},
		{"cors-store", "pages of the origin may upload and read the answers", up, nil, (*probe).corsStore},
		{"cors-foreign", "pages of other origins may do neither", up, nil, (*probe).corsForeign},
		{"signer-header", "a signer's credentials are good for signed URLs only", up, nil, (*probe).signerHeader},
	}
}

// Names returns the names of all checks, in the order of the report.
func Names() []string {
	names := []string{reachCheck}
	for _, c := range list() {
		names = append(names, c.name)
	}
	return append(names, cleanupCheck)
}
