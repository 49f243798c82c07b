// Package transfer moves the bytes of files between this machine and a
// deployment, by the signed URLs of its API: in parallel, checked from end to
// end, and so that an end at any point costs only what was under way.
//
// # Sending
//
// A file is read twice. The first pass takes its fingerprint: the SHA-256 of
// the whole and the CRC64NVME of every MiB. It comes before anything is sent,
// because an upload declares the SHA-256 when it is started, and can say nothing
// more at its end. A small file then goes in one PUT
// whose URL is signed for that SHA-256, so the store refuses other bytes. A
// larger one goes in parts; both checksums are declared with it, the store
// compares the CRC64NVME of every part and of the whole on completion, and what
// is read for sending has to match the fingerprint. So the file that arrives is
// the file as it was, and one that changes meanwhile is given up and said so.
//
// Nothing is remembered on this machine. To resume, Put asks for the unfinished
// uploads of the key and takes one whose parts, by their checksums, are parts
// of this very file. What an upload declared when it was started cannot be
// seen until it is completed; so Put waits until the catalog has judged the
// file, and when a resumed upload turns out to have been another file's, it
// starts afresh.
//
// The upload may be that of another Put, which still sends the same file. Both
// then send what each has not seen there, whoever is ready completes it, and the
// other one asks the service, when the store knows no upload any more, whether
// the file is there; if not, because somebody aborted the upload, it starts
// afresh. Only the Put that began an upload aborts it, and only when its file
// has changed.
//
// A stream cannot be read twice: its parts are kept in memory until they have
// arrived, at most as many as are sent at once.
//
// # Fetching
//
// The version that is current at the beginning is pinned; its ranges are
// written to a hidden file beside the target, with a journal of those that are
// there. The file is compared with the SHA-256 that the catalog knows, or else
// with its ETag, as it arrives, and renamed when it is on the disk. A range of a URL that has expired is asked
// for by a new one. Where no ranges are given, the file comes in one piece.
//
// # Memory
//
// Parts are streamed from and to files. What is held for each request is a
// buffer, and for a file 8 bytes a MiB.
package transfer
